// Owns how long a packet travels. Refuses to know queues: that wait is the rate's.

import type { RandomStream } from "../../random/random.ts";
import type { Impairment } from "./impairment.ts";

/** `[p, ms]`: a share `p` of all values is at most `ms`. */
export type Quantile = readonly [p: number, ms: number];

/**
 * Delays whose quantiles are those of the table, straight lines between them. The table runs from p = 0 to p = 1 and never
 * falls.
 */
export function quantileDelay(table: readonly Quantile[], random: RandomStream): Impairment {
  return new QuantileDelay(table, random);
}

class QuantileDelay implements Impairment {
  readonly lostWhy = "delay";
  readonly #random: RandomStream;
  /** The profile's own, which all links have in common. */
  readonly #table: readonly Quantile[];

  constructor(table: readonly Quantile[], random: RandomStream) {
    this.#random = random;
    this.#table = table;
  }

  delayMs(): number {
    const table = this.#table;
    const p = this.#random.unit();
    let upper = 1;
    // Below 1 as `p` is, it finds a larger share.
    while ((table[upper] as Quantile)[0] <= p) upper += 1;
    const from = table[upper - 1] as Quantile;
    const to = table[upper] as Quantile;
    return from[1] + ((to[1] - from[1]) * (p - from[0])) / (to[0] - from[0]);
  }
}
