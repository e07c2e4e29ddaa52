// Owns time as a device's own oscillator counts it: from a start of its own, and a little wrong. Refuses to know what is
// timed by it.

import type { Clock, Timer } from "../time/clock.ts";

export interface Drift {
  /** Fast by so many parts in a million; negative is slow. A crystal has ±20 to ±100, an RC oscillator ±20,000 to ±50,000. */
  readonly driftPpm: number;
  /** What it shows at first. */
  readonly startMs: number;
}

const MILLION = 1e6;

/** A view of `clock` that begins now. */
export function createDriftingClock(clock: Clock, drift: Drift): Clock {
  if (!(drift.driftPpm > -MILLION)) throw new RangeError(`a clock cannot drift by ${drift.driftPpm} ppm`);
  return new DriftingClock(clock, drift);
}

/** A class, because a getter of an object literal is a property that V8 looks up at each reading. */
class DriftingClock implements Clock {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #originMs: number;
  readonly #rate: number;

  constructor(clock: Clock, { driftPpm, startMs }: Drift) {
    this.#clock = clock;
    this.#startMs = startMs;
    this.#originMs = clock.nowMs;
    this.#rate = 1 + driftPpm / MILLION;
  }

  get nowMs(): number {
    return this.#shownAt(this.#clock.nowMs);
  }

  /** A deadline is kept as late as rounding asks for: a timer that ran early would find nothing due. */
  at(deadlineMs: number, run: () => void): Timer {
    let trueMs = this.#originMs + (deadlineMs - this.#startMs) / this.#rate;
    // As coarse as the coarser of the two readings, so that each step moves both.
    const stepMs = Math.max(Math.abs(trueMs), Math.abs(deadlineMs), 1) * Number.EPSILON;
    while (this.#shownAt(trueMs) < deadlineMs) trueMs += stepMs;
    return this.#clock.at(trueMs, run);
  }

  #shownAt(trueMs: number): number {
    return this.#startMs + (trueMs - this.#originMs) * this.#rate;
  }
}
