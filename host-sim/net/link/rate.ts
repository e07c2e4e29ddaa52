// Owns a bottleneck: a rate, and the finite queue before it. Refuses to know the way behind it.

import { Departures } from "./departures.ts";
import { type Impairment, LOST } from "./impairment.ts";

/**
 * First in, first out; a packet that finds `queuePackets` waiting, the one being sent among them, is lost. `factorAt` says
 * what is left of the rate; each packet keeps the one that it found, since a fade is longer than a packet by far.
 */
export function limitedRate(
  bitsPerSecond: number,
  queuePackets: number,
  factorAt: (atMs: number) => number = whole,
): Impairment {
  const departures = new Departures(queuePackets);
  let lastMs = Number.NEGATIVE_INFINITY;

  return {
    lostWhy: "queue",
    delayMs(atMs, bytes) {
      const factor = factorAt(atMs);
      if (factor === 0 || departures.isFullAt(atMs)) return LOST;
      lastMs = Math.max(lastMs, atMs) + (bytes * 8000) / (bitsPerSecond * factor);
      departures.add(lastMs);
      return lastMs - atMs;
    },
  };
}

function whole(): number {
  return 1;
}
