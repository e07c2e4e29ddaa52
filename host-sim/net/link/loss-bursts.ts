// Owns loss that comes in bursts, in continuous time. Refuses to know loss that strikes each packet alike.

import type { RandomStream } from "../../random/random.ts";
import { type Impairment, LOST } from "./impairment.ts";
import type { Length } from "./length.ts";
import { onGrid, rounds, Spells } from "./spells.ts";

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

/** One for both directions: what makes a spell bad is between their ends. */
export function burstSpells(figures: BurstLossFigures, startMs: number, random: RandomStream): Spells {
  const source =
    figures.kind === "grid"
      ? onGrid(figures.everyMs, figures.badMs, random)
      : rounds([{ ms: figures.goodMs }, { ms: figures.badMs }], random);
  return new Spells(startMs, source);
}

/** Time makes and ends a bad spell, never a packet: stepping at each one would freeze a sender that backs off in it. */
export function burstLoss(
  { lossPerThousand }: BurstLossFigures,
  spells: Spells,
  random: RandomStream,
): Impairment {
  const probability = lossPerThousand / 1000;
  return {
    lostWhy: "burst",
    delayMs: (atMs) => (spells.stateAt(atMs) === BAD && random.chance(probability) ? LOST : 0),
  };
}
