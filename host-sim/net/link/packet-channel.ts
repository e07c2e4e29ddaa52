// Owns one direction of a link: each packet arrives late, or not at all. Refuses to know what packets carry.

import type { Clock } from "../../time/clock.ts";
import type { Availability } from "./availability.ts";
import type { Impairment } from "./impairment.ts";

export interface PacketChannel {
  /** Calls `deliver` once, later, or never. Packets that arrive do so in the order they were sent. */
  send(bytes: number, deliver: () => void): void;
}

export function createPacketChannel(
  clock: Clock,
  availability: Availability,
  impairments: readonly Impairment[],
): PacketChannel {
  let lastArrivalMs = Number.NEGATIVE_INFINITY;

  function delayMsOf(bytes: number): number | null {
    let delayMs = 0;
    for (const impairment of impairments) {
      const verdict = impairment.judge({ atMs: clock.nowMs, bytes });
      if (verdict.kind === "drop") return null;
      if (verdict.kind === "delay") delayMs += verdict.delayMs;
    }
    return delayMs;
  }

  function send(bytes: number, deliver: () => void): void {
    if (availability.downWhy(clock.nowMs) !== null) return;
    const delayMs = delayMsOf(bytes);
    if (delayMs === null) return;
    // A radio link has one queue: what left first arrives first, however much the delays vary.
    lastArrivalMs = Math.max(lastArrivalMs, clock.nowMs + delayMs);
    clock.at(lastArrivalMs, () => {
      if (availability.downWhy(clock.nowMs) === null) deliver();
    });
  }

  return { send };
}
