// Owns loss that strikes each packet alike. Refuses to know bursts.

import type { RandomStream } from "../../random/random.ts";
import { DROP, type Impairment, PASS } from "./impairment.ts";

/** `probability` from 0 to 1, of each packet by itself. */
export function uniformLoss(probability: number, random: RandomStream): Impairment {
  return { judge: () => (random.chance(probability) ? DROP : PASS) };
}
