// Owns spells: states that follow each other, each for a drawn length of time. Refuses to know what the states mean.

import type { RandomStream } from "../../random/random.ts";
import { drawLength, type Length } from "./length.ts";

/** What comes next, whoever asks and whenever. */
export interface SpellSource {
  /** Of the spell drawn last; before the first, of none. */
  readonly state: number;
  /** Draws the next spell, and answers its length. */
  next(): number;
}

/**
 * Spells in continuous time, drawn when somebody asks: nothing is scheduled, and a year that nobody looks at costs nothing
 * until the end of it. Moments that are asked for never go back.
 */
export class Spells {
  readonly #source: SpellSource;
  #untilMs: number;

  constructor(startMs: number, source: SpellSource) {
    this.#source = source;
    this.#untilMs = startMs + source.next();
  }

  stateAt(atMs: number): number {
    // A sum in place: a year of a bad link has millions of spells.
    while (atMs >= this.#untilMs) this.#untilMs += this.#source.next();
    return this.#source.state;
  }

  /** When the spell that holds at that moment is over. */
  untilMs(atMs: number): number {
    this.stateAt(atMs);
    return this.#untilMs;
  }
}

export interface Phase {
  readonly ms: Length;
  /** Of the rounds in which it comes at all, 0 to 1; absent: each. */
  readonly share?: number;
}

/** The phases in turn, over and over; the state is a phase's index. The first is in each round, and takes time. */
export function rounds(phases: readonly Phase[], random: RandomStream): SpellSource {
  const lengths = phases.map((phase) => drawLength(phase.ms, random));
  const shares = phases.map((phase) => phase.share ?? 1);
  let state = -1;

  return {
    get state() {
      return state;
    },
    next() {
      do state = state + 1 === lengths.length ? 0 : state + 1;
      while (isLeftOut(shares[state] as number, random));
      return (lengths[state] as () => number)();
    },
  };
}

function isLeftOut(share: number, random: RandomStream): boolean {
  return share < 1 && !random.chance(share);
}

/** State 1 from each point of a grid on, for a length that is cut to the grid's; 0 in between. The grid lies anywhere. */
export function onGrid(everyMs: number, lengthMs: Length, random: RandomStream): SpellSource {
  const draw = drawLength(lengthMs, random);
  let state = 1;
  /** Of the present period; the first one is the rest of one that had begun. */
  let restMs = random.unit() * everyMs;

  return {
    get state() {
      return state;
    },
    next() {
      if (state === 1) {
        state = 0;
        return restMs;
      }
      state = 1;
      const ms = Math.min(draw(), everyMs);
      restMs = everyMs - ms;
      return ms;
    },
  };
}
