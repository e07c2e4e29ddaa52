// Owns how long a packet travels. Refuses to know queues: that wait is the rate's.

import type { RandomStream } from "../../random/random.ts";
import type { Impairment } from "./impairment.ts";

/** `[p, ms]`: a share `p` of all values is at most `ms`. */
export type Quantile = readonly [p: number, ms: number];

/**
 * Delays whose quantiles are those of the table, straight lines between them. The table runs from p = 0 to
 * p = 1 and never falls.
 */
export function quantileDelay(table: readonly Quantile[], random: RandomStream): Impairment {
  return { judge: () => ({ kind: "delay", delayMs: valueAt(table, random.unit()) }) };
}

function valueAt(table: readonly Quantile[], p: number): number {
  const upper = table.findIndex(([limit]) => limit > p);
  const [toP, toMs] = table.at(upper) as Quantile;
  const [fromP, fromMs] = table[Math.max(0, upper - 1)] as Quantile;
  return toP === fromP ? toMs : fromMs + ((toMs - fromMs) * (p - fromP)) / (toP - fromP);
}
