// Owns what a clock is to the rest of the simulator. Refuses to know whether time is real.

export interface Timer {
  /** Does nothing once the timer has run. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds, fractions included, since an origin of the clock's own; never goes back. */
  readonly nowMs: number;
  /**
   * Runs `run` once, no earlier than `deadlineMs` and never before this call has returned, even when the
   * deadline lies in the past. Equal deadlines run in the order they were asked for.
   */
  at(deadlineMs: number, run: () => void): Timer;
}

export function after(clock: Clock, delayMs: number, run: () => void): Timer {
  return clock.at(clock.nowMs + delayMs, run);
}
