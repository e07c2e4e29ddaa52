// How one seed is explored. Knows worlds and outcomes; not who asks, and not what comes of all seeds together.
import type { Core } from "../../device/core.ts";
import { type Choices, drawWorld } from "../../scenario/explore/draw-world.ts";
import { type Outcome, outcomeOf } from "../../scenario/explore/outcome.ts";
import { type BoardFigures, playWhole } from "../../scenario/play.ts";
import type { World } from "../../scenario/world.ts";

export type BoardsByName = Readonly<Record<string, BoardFigures>>;

/** A world that could not be played to its end is the simulator's own fault, or the image has trapped: `why` says which. */
export type Explored =
  | { readonly kind: "played"; readonly outcome: Outcome }
  | { readonly kind: "crashed"; readonly seed: number; readonly why: string };

export function explorer(core: Core, choices: Choices, boards: BoardsByName): (seed: number) => Explored {
  return (seed) => {
    const world = drawWorld(seed, choices);
    try {
      return { kind: "played", outcome: outcomeOf(world, playWhole(world, equip(world, core, boards))) };
    } catch (error) {
      return {
        kind: "crashed",
        seed,
        why: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  };
}

export function equip(world: World, core: Core, boards: BoardsByName): Parameters<typeof playWhole>[1] {
  const board = boards[world.board];
  if (board === undefined) throw new Error(`nobody knows a board "${world.board}"`);
  return { core, board, writeLine: null };
}
