// Owns fades: weather that takes part of a link's capacity, step by step, or all of it. Refuses to know packets.

import type { RandomStream } from "../../random/random.ts";
import type { Availability } from "./availability.ts";
import { drawLength, type Length } from "./length.ts";
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
  const spells = new Spells(startMs, clearAndFades(figures, random));
  const upFactors = [1, ...figures.steps.map((step) => step.upFactor)];
  const downFactors = [1, ...figures.steps.map((step) => step.downFactor)];
  const upFactorAt = (atMs: number): number => upFactors[spells.stateAt(atMs)] as number;
  const downFactorAt = (atMs: number): number => downFactors[spells.stateAt(atMs)] as number;

  return {
    upFactorAt,
    downFactorAt,
    downWhy: (atMs) => (upFactorAt(atMs) === 0 && downFactorAt(atMs) === 0 ? figures.why : null),
    nextChangeMs: (afterMs) => spells.untilMs(afterMs),
  };
}

/** State 0 is clear, state n the nth step. */
function clearAndFades({ clearMs, fadeMs, steps }: FadeFigures, random: RandomStream): SpellSource {
  const drawClear = drawLength(clearMs, random);
  const drawFade = drawLength(fadeMs, random);
  let state = -1;
  let deepest = 0;
  let isDeepening = false;
  let onStepMs = 0;

  function beginFade(): void {
    deepest = 1 + Math.floor(random.unit() * steps.length);
    onStepMs = drawFade() / (2 * deepest - 1);
    isDeepening = true;
  }

  return {
    get state() {
      return state;
    },
    next() {
      if (state === 0) beginFade();
      else if (state === deepest) isDeepening = false;
      state = state < 0 ? 0 : state + (isDeepening ? 1 : -1);
      return state === 0 ? drawClear() : onStepMs;
    },
  };
}
