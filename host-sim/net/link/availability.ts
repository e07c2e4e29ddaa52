// Owns when a link is up at all. Refuses to know packets.

export interface Availability {
  /** Why nothing passes at that moment; null when the link is up. */
  downWhy(atMs: number): string | null;
  /** When `downWhy` may next change, after `afterMs`; null when it never will. */
  nextChangeMs(afterMs: number): number | null;
}

/** Each period of `everyMs` from `startMs` on ends in an outage of `durationMs`, so the link begins up. */
export function repeatedOutage(startMs: number, durationMs: number, everyMs: number): Availability {
  const beginOf = (period: number): number => startMs + period * everyMs;
  // Edges are compared with, never computed back from a time: a rounding would make a change that is missed.
  function periodAt(atMs: number): number {
    const period = Math.floor((atMs - startMs) / everyMs);
    if (atMs < beginOf(period)) return period - 1;
    return atMs < beginOf(period + 1) ? period : period + 1;
  }
  const outageOf = (period: number): number => beginOf(period + 1) - durationMs;

  return {
    downWhy: (atMs) => (atMs >= outageOf(periodAt(atMs)) ? "outage" : null),
    nextChangeMs(afterMs) {
      const period = periodAt(afterMs);
      return afterMs < outageOf(period) ? outageOf(period) : beginOf(period + 1);
    },
  };
}

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
      const edges = windows.flatMap((window) => [window.fromMs, window.untilMs]);
      return earliest(edges.filter((edgeMs) => edgeMs > afterMs));
    },
  };
}

/** Up when all are; the first that is down says why. */
export function upWhenAll(parts: readonly Availability[]): Availability {
  return {
    downWhy: (atMs) => parts.map((part) => part.downWhy(atMs)).find((why) => why !== null) ?? null,
    nextChangeMs: (afterMs) =>
      earliest(parts.map((part) => part.nextChangeMs(afterMs)).filter((changeMs) => changeMs !== null)),
  };
}

function earliest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}
