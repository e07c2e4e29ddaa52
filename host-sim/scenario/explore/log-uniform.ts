// Owns draws that are even in their logarithm: short and long ones are as frequent. Refuses to know what is drawn.

import type { RandomStream } from "../../random/random.ts";

export function logUniform(from: number, to: number, random: RandomStream): number {
  return Math.exp(random.between(Math.log(from), Math.log(to)));
}
