// How one seed is explored. Knows worlds and outcomes; not who asks, and not what comes of all seeds together.
import type { Core } from "../../device/core.ts";
import type { TranslatedCore } from "../../device/translated-core.ts";
import { type Choices, drawWorld } from "../../scenario/explore/draw-world.ts";
import { type Outcome, outcomeOf } from "../../scenario/explore/outcome.ts";
import { type BoardFigures, playWhole } from "../../scenario/play.ts";
import type { World } from "../../scenario/world.ts";

export type BoardsByName = Readonly<Record<string, BoardFigures>>;

/** A world that could not be played to its end is the simulator's own fault, or the image has trapped: `why` says which. */
export type Explored =
  | { readonly kind: "played"; readonly outcome: Outcome }
  | { readonly kind: "crashed"; readonly seed: number; readonly why: string };

/** `translated` plays every second world that it can: its outcomes are WebAssembly's, or it is at fault. */
export function explorer(
  core: Core,
  choices: Choices,
  boards: BoardsByName,
  translated: TranslatedCore | null = null,
): (seed: number) => Explored {
  const play = (world: World, on: Core): Outcome =>
    outcomeOf(world, playWhole(world, equip(world, on, boards)));
  return (seed) => {
    const world = drawWorld(seed, choices);
    try {
      if (translated === null || !isTranslated(world, translated, boards)) {
        return { kind: "played", outcome: play(world, core) };
      }
      const outcome = play(world, translated);
      const promise = brokenIn(outcome);
      if (promise === undefined) return { kind: "played", outcome };
      const reference = play(world, core);
      if (brokenIn(reference) !== undefined) return { kind: "played", outcome: reference };
      return {
        kind: "crashed",
        seed,
        why: `translated JavaScript breaks ${promise}, which WebAssembly keeps`,
      };
    } catch (error) {
      return {
        kind: "crashed",
        seed,
        why: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  };
}

function brokenIn({ promises }: Outcome): string | undefined {
  return promises.find(({ brokenCount }) => brokenCount > 0)?.name;
}

function isTranslated(world: World, translated: TranslatedCore, boards: BoardsByName): boolean {
  const capacities = boards[world.board]?.capacities;
  return world.seed % 2 === 1 && capacities !== undefined && translated.takes(capacities);
}

export function equip(world: World, core: Core, boards: BoardsByName): Parameters<typeof playWhole>[1] {
  const board = boards[world.board];
  if (board === undefined) throw new Error(`nobody knows a board "${world.board}"`);
  return { core, board, writeLine: null };
}
