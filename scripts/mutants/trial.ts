// Owns one image in the world of one seed: what it breaks there. Refuses to know whether it is a mutant, and what it should
// break.

import { type BoardsByName, equip } from "../../host-sim/cli/explore/explorer.ts";
import { Core } from "../../host-sim/device/core.ts";
import { type Choices, drawWorld } from "../../host-sim/scenario/explore/draw-world.ts";
import { Play } from "../../host-sim/scenario/play.ts";
import type { Focus } from "./mutant.ts";

export interface Task {
  readonly image: WebAssembly.Module;
  readonly seed: number;
  /** Null: the worlds that `explore` draws. */
  readonly focus: Focus | null;
}

/** A promise that was broken, and how it showed first. */
export interface Breach {
  readonly promise: string;
  readonly atMs: number;
  readonly what: string;
}

export interface Terrain {
  readonly choices: Choices;
  readonly boards: BoardsByName;
  /** More than the events of any world that ends. */
  readonly eventsMost: number;
}

/** Neither a trap nor a loop is for an observer to see. */
export const RUNS_TO_ITS_END = "runs-to-its-end";

/** At most one of each promise. A memory of its own, so that what a mutant ruins is nobody else's. */
export function breachesIn(
  { image, seed, focus }: Task,
  { choices, boards, eventsMost }: Terrain,
): readonly Breach[] {
  const forMs = focus?.forMs ?? choices.forMs;
  const world = drawWorld(seed, focus === null ? choices : { ...choices, forMs, emphasis: focus });
  try {
    const play = new Play(world, equip(world, new Core(image), boards));
    if (play.advance(eventsMost)) return [endless(play.nowMs, `${eventsMost} events were not enough`)];
    return play.end().promises.flatMap(({ name, broken }) => {
      const first = broken[0];
      return first === undefined ? [] : [{ promise: name, atMs: first.atMs, what: first.what }];
    });
  } catch (error) {
    return [endless(0, error instanceof Error ? (error.stack ?? error.message) : String(error))];
  }
}

export function endless(atMs: number, what: string): Breach {
  return { promise: RUNS_TO_ITS_END, atMs, what };
}
