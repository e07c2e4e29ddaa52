// Owns how a world that breaks a promise is made smaller as long as it still breaks it. Refuses to know how it is played.

import type { Fault } from "../faults.ts";
import type { World } from "../world.ts";

/** When the promise was first broken in this world; null: it was kept. */
export type Trial = (world: World) => number | null;

export interface Shrunk {
  readonly world: World;
  readonly atMs: number;
  /** Worlds that were played. */
  readonly trials: number;
}

/** A little more than the moment itself, so that what follows from it still happens. */
const AFTER_MS = 1000;

/**
 * Greedy, until nothing can be left out any more or `trialsMax` worlds were played: an earlier end, fewer faults, fewer
 * commands, then whatever makes the world plainer. `atMs` is when `world` breaks the promise.
 */
export function shrink(world: World, atMs: number, trial: Trial, trialsMax: number): Shrunk {
  let best: Shrunk = { world, atMs, trials: 0 };
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of candidates(best)) {
      if (best.trials >= trialsMax) return best;
      const trials = best.trials + 1;
      const brokenMs = trial(candidate);
      best = brokenMs === null ? { ...best, trials } : { world: candidate, atMs: brokenMs, trials };
      if (brokenMs === null) continue;
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** The largest cuts first. */
function* candidates({ world, atMs }: Shrunk): Iterable<World> {
  yield* shorter(world, atMs);
  yield* withFewer(world.faults, (faults: readonly Fault[]) => ({ ...world, faults }));
  yield* withFewer(world.downlink, (downlink) => ({ ...world, downlink }));
  yield* plainer(world);
}

function* shorter(world: World, atMs: number): Iterable<World> {
  const ends = [Math.ceil(atMs + AFTER_MS), Math.ceil(world.forMs / 2), Math.ceil(world.forMs * 0.9)];
  for (const forMs of ends) if (forMs < world.forMs && forMs > 0) yield endingAt(world, forMs);
}

function endingAt(world: World, forMs: number): World {
  const before = ({ atMs }: { readonly atMs: number }): boolean => atMs < forMs;
  return { ...world, forMs, faults: world.faults.filter(before), downlink: world.downlink.filter(before) };
}

/** Zeller's ddmin: without each half, each quarter, …, each one. */
function* withFewer<T>(list: readonly T[], put: (list: readonly T[]) => World): Iterable<World> {
  if (list.length === 0) return;
  yield put([]);
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < list.length; from += size) {
      yield put([...list.slice(0, from), ...list.slice(from + size)]);
    }
  }
}

function* plainer(world: World): Iterable<World> {
  if (world.devices > 1) yield { ...world, devices: 1 };
  const [profile = "", ...overlays] = world.link.split(",");
  if (overlays.length > 0) yield { ...world, link: profile };
  if (world.link !== "perfect") yield { ...world, link: "perfect" };
  const { driftPpm, clockStartMs } = world.hardware;
  if (driftPpm !== 0 || clockStartMs !== 0) yield { ...world, hardware: { driftPpm: 0, clockStartMs: 0 } };
  if (2 * world.everyMs <= world.forMs) yield { ...world, everyMs: 2 * world.everyMs };
}
