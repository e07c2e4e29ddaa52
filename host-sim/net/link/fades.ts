// Owns fades: weather that takes part of a link's capacity, step by step, or all of it. Refuses to know packets.

import type { RandomStream } from "../../random/random.ts";
import type { Availability } from "./availability.ts";
import { type Length, Lengths } from "./length.ts";
import { type SpellSource, Spells } from "./spells.ts";

export interface FadeFigures {
  /** In a word, such as `rain`. */
  readonly why: string;
  /** Between two fades. */
  readonly clearMs: Length;
  /** A whole fade: down to a step that is drawn, and back up, the same time on each step of the way. */
  readonly fadeMs: Length;
  /** What is left of the capacity, less with each step. */
  readonly steps: readonly CapacityLeft[];
}

export interface CapacityLeft {
  readonly upFactor: number;
  readonly downFactor: number;
}

/** Down while nothing is left. */
export interface Fades extends Availability {
  upFactorAt(atMs: number): number;
  downFactorAt(atMs: number): number;
}

/** Begins clear. */
export function createFades(figures: FadeFigures, startMs: number, random: RandomStream): Fades {
  return new SteppedFades(figures, startMs, random);
}

class SteppedFades implements Fades {
  readonly #why: string;
  readonly #spells: Spells;
  readonly #upFactors: readonly number[];
  readonly #downFactors: readonly number[];

  constructor(figures: FadeFigures, startMs: number, random: RandomStream) {
    this.#why = figures.why;
    this.#spells = new Spells(startMs, new ClearAndFades(figures, random));
    this.#upFactors = [1, ...figures.steps.map((step) => step.upFactor)];
    this.#downFactors = [1, ...figures.steps.map((step) => step.downFactor)];
  }

  upFactorAt(atMs: number): number {
    return this.#upFactors[this.#spells.stateAt(atMs)] as number;
  }

  downFactorAt(atMs: number): number {
    return this.#downFactors[this.#spells.stateAt(atMs)] as number;
  }

  downWhy(atMs: number): string | null {
    return this.upFactorAt(atMs) === 0 && this.downFactorAt(atMs) === 0 ? this.#why : null;
  }

  nextChangeMs(afterMs: number): number {
    return this.#spells.untilMs(afterMs);
  }
}

/** State 0 is clear, state n the nth step. */
class ClearAndFades implements SpellSource {
  state = -1;
  readonly #random: RandomStream;
  readonly #steps: number;
  readonly #clear: Lengths;
  readonly #fade: Lengths;
  #deepest = 0;
  #isDeepening = false;
  #onStepMs = 0;

  constructor({ clearMs, fadeMs, steps }: FadeFigures, random: RandomStream) {
    this.#random = random;
    this.#steps = steps.length;
    this.#clear = new Lengths(clearMs, random);
    this.#fade = new Lengths(fadeMs, random);
  }

  next(): number {
    if (this.state === 0) this.#beginFade();
    else if (this.state === this.#deepest) this.#isDeepening = false;
    if (this.state < 0) this.state = 0;
    else this.state += this.#isDeepening ? 1 : -1;
    return this.state === 0 ? this.#clear.draw() : this.#onStepMs;
  }

  #beginFade(): void {
    this.#deepest = 1 + Math.floor(this.#random.unit() * this.#steps);
    this.#onStepMs = this.#fade.draw() / (2 * this.#deepest - 1);
    this.#isDeepening = true;
  }
}
