// Owns how lengths of time are said in data, and drawn. Refuses to know what lasts so long.

import type { RandomStream } from "../../random/random.ts";

/** In milliseconds throughout. */
export type Length =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "uniform"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  /** `sigma` is that of the natural logarithm; what would be longer than `maxMs` is cut to it. */
  | {
      readonly kind: "lognormal";
      readonly medianMs: number;
      readonly sigma: number;
      readonly maxMs?: number;
    };

/** Lengths of one kind, one after the other. */
export class Lengths {
  readonly #length: Length;
  readonly #random: RandomStream;
  /** Of a lognormal. */
  readonly #mu: number;

  constructor(length: Length, random: RandomStream) {
    this.#length = length;
    this.#random = random;
    this.#mu = length.kind === "lognormal" ? Math.log(length.medianMs) : 0;
  }

  draw(): number {
    const length = this.#length;
    switch (length.kind) {
      case "constant":
        return length.ms;
      case "uniform":
        return this.#random.between(length.fromMs, length.toMs);
      case "exponential":
        return this.#random.exponential(length.meanMs);
      case "lognormal": {
        const ms = this.#random.lognormal(this.#mu, length.sigma);
        return length.maxMs === undefined ? ms : Math.min(length.maxMs, ms);
      }
    }
  }
}
