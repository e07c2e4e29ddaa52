// Owns spells: states that follow each other, each for a drawn length of time. Refuses to know what the states mean.

import type { RandomStream } from "../../random/random.ts";
import { type Length, Lengths } from "./length.ts";

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
  #untilMs = 0;

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
  return new Rounds(phases, random);
}

class Rounds implements SpellSource {
  state = -1;
  readonly #random: RandomStream;
  readonly #lengths: readonly Lengths[];
  readonly #shares: readonly number[];

  constructor(phases: readonly Phase[], random: RandomStream) {
    this.#random = random;
    this.#lengths = phases.map((phase) => new Lengths(phase.ms, random));
    this.#shares = phases.map((phase) => phase.share ?? 1);
  }

  next(): number {
    do this.state = this.state + 1 === this.#lengths.length ? 0 : this.state + 1;
    while (this.#isLeftOut());
    return (this.#lengths[this.state] as Lengths).draw();
  }

  #isLeftOut(): boolean {
    const share = this.#shares[this.state] as number;
    return share < 1 && !this.#random.chance(share);
  }
}
