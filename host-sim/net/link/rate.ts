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
  factorAt: ((atMs: number) => number) | null = null,
): Impairment {
  return new LimitedRate(bitsPerSecond, queuePackets, factorAt);
}

class LimitedRate implements Impairment {
  readonly lostWhy = "queue";
  readonly #bitsPerSecond: number;
  readonly #factorAt: ((atMs: number) => number) | null;
  readonly #departures: Departures;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(bitsPerSecond: number, queuePackets: number, factorAt: ((atMs: number) => number) | null) {
    this.#bitsPerSecond = bitsPerSecond;
    this.#factorAt = factorAt;
    this.#departures = new Departures(queuePackets);
  }

  delayMs(atMs: number, bytes: number): number {
    const factor = this.#factorAt === null ? 1 : this.#factorAt(atMs);
    if (factor === 0 || this.#departures.isFullAt(atMs)) return LOST;
    this.#lastMs = Math.max(this.#lastMs, atMs) + (bytes * 8000) / (this.#bitsPerSecond * factor);
    this.#departures.add(this.#lastMs);
    return this.#lastMs - atMs;
  }
}
