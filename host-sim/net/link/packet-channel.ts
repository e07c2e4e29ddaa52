// Owns one direction of a link: each packet arrives late, or not at all. Refuses to know what packets carry.

import type { Clock } from "../../time/clock.ts";
import type { Availability } from "./availability.ts";
import { type Impairment, LOST } from "./impairment.ts";

/** Where packets come out, each with what it was sent with. */
export interface Outlet<Cargo> {
  arrived(cargo: Cargo): void;
  /** At the moment of the loss, which may be within the call that sends. */
  lost(cargo: Cargo, why: string): void;
}

export interface PacketChannel {
  /** Each packet has one fate. Those that arrive do so later, and in the order in which they were sent. */
  send<Cargo>(bytes: number, cargo: Cargo, outlet: Outlet<Cargo>): void;
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

/** A packet on its way, and the one behind it. */
interface Travelling {
  readonly cargo: unknown;
  readonly outlet: Outlet<unknown>;
  next: Travelling | null;
}

class Channel implements PacketChannel {
  readonly #clock: Clock;
  readonly #availability: Availability;
  readonly #impairments: readonly Impairment[];
  readonly #mtuBytes: number;
  /** One for all packets: they arrive in their order, so it is always the first that is due. */
  readonly #onArrival = (): void => this.#arrive();
  #first: Travelling | null = null;
  #last: Travelling | null = null;
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

  send<Cargo>(bytes: number, cargo: Cargo, outlet: Outlet<Cargo>): void {
    if (bytes > this.#mtuBytes) throw new RangeError(`${bytes} bytes do not fit an MTU of ${this.#mtuBytes}`);
    const { nowMs } = this.#clock;
    const downWhy = this.#availability.downWhy(nowMs);
    if (downWhy !== null) {
      outlet.lost(cargo, downWhy);
      return;
    }
    let delayMs = 0;
    for (const impairment of this.#impairments) {
      delayMs += impairment.delayMs(nowMs, bytes);
      if (delayMs === LOST) {
        outlet.lost(cargo, impairment.lostWhy);
        return;
      }
    }
    // A radio link has one queue: what left first arrives first, however much the delays vary.
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + delayMs);
    this.#append({ cargo, outlet: outlet as Outlet<unknown>, next: null });
    this.#clock.at(this.#lastArrivalMs, this.#onArrival);
  }

  #append(packet: Travelling): void {
    if (this.#last === null) this.#first = packet;
    else this.#last.next = packet;
    this.#last = packet;
  }

  #arrive(): void {
    const packet = this.#first as Travelling;
    const { cargo, outlet } = packet;
    this.#first = packet.next;
    // An old one that is garbage would keep those after it from being collected young.
    packet.next = null;
    if (this.#first === null) this.#last = null;
    const downWhy = this.#availability.downWhy(this.#clock.nowMs);
    if (downWhy === null) outlet.arrived(cargo);
    else outlet.lost(cargo, downWhy);
  }
}
