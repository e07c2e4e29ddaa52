// Owns the times that somebody took out of a link, by hand. Refuses to know what the link does by itself.

import type { Availability } from "./availability.ts";

export interface Blackholes extends Availability {
  add(fromMs: number, untilMs: number): void;
}

export function createBlackholes(): Blackholes {
  let untilMs = Number.NEGATIVE_INFINITY;
  let windows: readonly { readonly fromMs: number; readonly untilMs: number }[] = [];

  return {
    add(fromMs, windowUntilMs) {
      // Nobody asks about the past, and a year of faults should not be kept.
      windows = [...windows.filter((window) => window.untilMs > fromMs), { fromMs, untilMs: windowUntilMs }];
      untilMs = Math.max(untilMs, windowUntilMs);
    },
    downWhy(atMs) {
      if (atMs >= untilMs) return null;
      return windows.some((window) => window.fromMs <= atMs && atMs < window.untilMs) ? "blackhole" : null;
    },
    nextChangeMs(afterMs) {
      if (afterMs >= untilMs) return null;
      const edges = windows.flatMap((window) => [window.fromMs, window.untilMs]);
      return Math.min(...edges.filter((edgeMs) => edgeMs > afterMs));
    },
  };
}
