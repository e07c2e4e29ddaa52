// Owns loss that strikes each packet alike. Refuses to know bursts.

import type { RandomStream } from "../../random/random.ts";
import { type Impairment, LOST } from "./impairment.ts";

/** `probability` from 0 to 1, of each packet by itself. */
export function uniformLoss(probability: number, random: RandomStream): Impairment {
  return { lostWhy: "loss", delayMs: () => (random.chance(probability) ? LOST : 0) };
}
