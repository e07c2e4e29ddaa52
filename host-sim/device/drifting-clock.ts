// Owns time as a device's own oscillator counts it: from a start of its own, and a little wrong. Refuses to know what is
// timed by it.

import type { Clock } from "../time/clock.ts";

export interface Drift {
  /** Fast by so many parts in a million; negative is slow. A crystal has ±20 to ±100, an RC oscillator ±20,000 to ±50,000. */
  readonly driftPpm: number;
  /** What it shows at first. */
  readonly startMs: number;
}

const MILLION = 1e6;

/** A view of `clock` that begins now. A deadline is kept as late as rounding asks for: a timer that ran early would find nothing due. */
export function createDriftingClock(clock: Clock, { driftPpm, startMs }: Drift): Clock {
  if (!(driftPpm > -MILLION)) throw new RangeError(`a clock cannot drift by ${driftPpm} ppm`);
  const rate = 1 + driftPpm / MILLION;
  const originMs = clock.nowMs;
  const shownAt = (trueMs: number): number => startMs + (trueMs - originMs) * rate;
  return {
    get nowMs() {
      return shownAt(clock.nowMs);
    },
    at(deadlineMs, run) {
      let trueMs = originMs + (deadlineMs - startMs) / rate;
      // As coarse as the coarser of the two readings, so that each step moves both.
      const stepMs = Math.max(Math.abs(trueMs), Math.abs(deadlineMs), 1) * Number.EPSILON;
      while (shownAt(trueMs) < deadlineMs) trueMs += stepMs;
      return clock.at(trueMs, run);
    },
  };
}
