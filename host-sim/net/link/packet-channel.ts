// Owns one direction of a link: each packet arrives late, or not at all. Refuses to know what packets carry.

import type { Clock } from "../../time/clock.ts";
import type { Availability } from "./availability.ts";
import { type Impairment, LOST } from "./impairment.ts";

export interface PacketChannel {
  /**
   * Calls `deliver` once, later; or `lost` once, with why, at the moment of the loss, which may be within this call. Packets
   * that arrive do so in the order in which they were sent.
   */
  send(bytes: number, deliver: () => void, lost?: (why: string) => void): void;
}

/** What is longer than `mtuBytes` is a mistake of the sender's: TCP's maximum segment size should have kept it shorter. */
export function createPacketChannel(
  clock: Clock,
  availability: Availability,
  impairments: readonly Impairment[],
  mtuBytes: number,
): PacketChannel {
  return new Channel(clock, availability, impairments, mtuBytes);
}

class Channel implements PacketChannel {
  readonly #clock: Clock;
  readonly #availability: Availability;
  readonly #impairments: readonly Impairment[];
  readonly #mtuBytes: number;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;

  constructor(
    clock: Clock,
    availability: Availability,
    impairments: readonly Impairment[],
    mtuBytes: number,
  ) {
    this.#clock = clock;
    this.#availability = availability;
    this.#impairments = impairments;
    this.#mtuBytes = mtuBytes;
  }

  send(bytes: number, deliver: () => void, lost?: (why: string) => void): void {
    if (bytes > this.#mtuBytes) throw new RangeError(`${bytes} bytes do not fit an MTU of ${this.#mtuBytes}`);
    const { nowMs } = this.#clock;
    const downWhy = this.#availability.downWhy(nowMs);
    if (downWhy !== null) {
      lost?.(downWhy);
      return;
    }
    let delayMs = 0;
    for (const impairment of this.#impairments) {
      delayMs += impairment.delayMs(nowMs, bytes);
      if (delayMs === LOST) {
        lost?.(impairment.lostWhy);
        return;
      }
    }
    // A radio link has one queue: what left first arrives first, however much the delays vary.
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + delayMs);
    this.#clock.at(this.#lastArrivalMs, () => this.#arrive(deliver, lost));
  }

  #arrive(deliver: () => void, lost: ((why: string) => void) | undefined): void {
    const downWhy = this.#availability.downWhy(this.#clock.nowMs);
    if (downWhy === null) deliver();
    else lost?.(downWhy);
  }
}
