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

/** Answers a length at each call. */
export function drawLength(length: Length, random: RandomStream): () => number {
  switch (length.kind) {
    case "constant":
      return () => length.ms;
    case "uniform":
      return () => random.between(length.fromMs, length.toMs);
    case "exponential":
      return () => random.exponential(length.meanMs);
    case "lognormal": {
      const mu = Math.log(length.medianMs);
      const maxMs = length.maxMs ?? Number.POSITIVE_INFINITY;
      return () => Math.min(maxMs, random.lognormal(mu, length.sigma));
    }
  }
}
