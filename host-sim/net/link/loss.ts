// Owns loss that strikes each packet alike. Refuses to know bursts.

import type { RandomStream } from "../../random/random.ts";
import { type Impairment, LOST } from "./impairment.ts";

/** `probability` from 0 to 1, of each packet by itself. */
export function uniformLoss(probability: number, random: RandomStream): Impairment {
  return new UniformLoss(probability, random);
}

class UniformLoss implements Impairment {
  readonly lostWhy = "loss";
  readonly #probability: number;
  readonly #random: RandomStream;

  constructor(probability: number, random: RandomStream) {
    this.#probability = probability;
    this.#random = random;
  }

  delayMs(): number {
    return this.#random.chance(this.#probability) ? LOST : 0;
  }
}
