// Owns loss that comes in bursts, in continuous time. Refuses to know loss that strikes each packet alike.

import type { RandomStream } from "../../random/random.ts";
import { GridSpells } from "./grid-spells.ts";
import { type Impairment, LOST } from "./impairment.ts";
import type { Length } from "./length.ts";
import { rounds, Spells } from "./spells.ts";

export type BurstLossFigures =
  /** Good and bad spells in turn. */
  | {
      readonly kind: "spells";
      readonly goodMs: Length;
      readonly badMs: Length;
      readonly lossPerThousand: number;
    }
  /** A bad spell at each point of a grid in time. */
  | {
      readonly kind: "grid";
      readonly everyMs: number;
      readonly badMs: Length;
      readonly lossPerThousand: number;
    };

const BAD = 1;

/** When the spell is bad, the state is 1. Moments that are asked for never go back. */
export interface BurstSpells {
  stateAt(atMs: number): number;
}

/** One for both directions: what makes a spell bad is between their ends. */
export function burstSpells(figures: BurstLossFigures, startMs: number, random: RandomStream): BurstSpells {
  if (figures.kind === "grid") return new GridSpells(startMs, figures.everyMs, figures.badMs, random);
  return new Spells(startMs, rounds([{ ms: figures.goodMs }, { ms: figures.badMs }], random));
}

/** Time makes and ends a bad spell, never a packet: stepping at each one would freeze a sender that backs off in it. */
export function burstLoss(
  { lossPerThousand }: BurstLossFigures,
  spells: BurstSpells,
  random: RandomStream,
): Impairment {
  return new BurstLoss(lossPerThousand / 1000, spells, random);
}

class BurstLoss implements Impairment {
  readonly lostWhy = "burst";
  readonly #probability: number;
  readonly #spells: BurstSpells;
  readonly #random: RandomStream;

  constructor(probability: number, spells: BurstSpells, random: RandomStream) {
    this.#probability = probability;
    this.#spells = spells;
    this.#random = random;
  }

  delayMs(atMs: number): number {
    return this.#spells.stateAt(atMs) === BAD && this.#random.chance(this.#probability) ? LOST : 0;
  }
}
