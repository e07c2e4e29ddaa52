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
  readonly #shares: Float64Array;
  readonly #delays: Float64Array;

  constructor(table: readonly Quantile[], random: RandomStream) {
    this.#random = random;
    this.#shares = Float64Array.from(table, ([p]) => p);
    this.#delays = Float64Array.from(table, ([, ms]) => ms);
  }

  delayMs(): number {
    const shares = this.#shares;
    const delays = this.#delays;
    const p = this.#random.unit();
    let upper = 1;
    // Below 1 as `p` is, it finds a larger share.
    while ((shares[upper] as number) <= p) upper += 1;
    const fromP = shares[upper - 1] as number;
    const fromMs = delays[upper - 1] as number;
    const toMs = delays[upper] as number;
    return fromMs + ((toMs - fromMs) * (p - fromP)) / ((shares[upper] as number) - fromP);
  }
}
