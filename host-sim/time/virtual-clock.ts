// Owns time that passes only when told to. Refuses to know the wall clock.

import type { Clock, Timer } from "./clock.ts";
import { EventQueue } from "./event-queue.ts";

export class VirtualClock implements Clock {
  readonly #queue = new EventQueue();
  #nowMs = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The earliest deadline, or null when nothing is to come. */
  get nextMs(): number | null {
    return this.#queue.earliestMs;
  }

  at(deadlineMs: number, run: () => void): Timer {
    return this.#queue.add(Math.max(deadlineMs, this.#nowMs), run);
  }

  /** Goes to the next event and runs it; false when there is none. */
  runNext(): boolean {
    return this.#step(Number.POSITIVE_INFINITY);
  }

  /** Runs all that is due by `untilMs`, also what is added meanwhile, and leaves the clock there. */
  runUntil(untilMs: number): void {
    while (this.#step(untilMs));
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #step(limitMs: number): boolean {
    const deadlineMs = this.#queue.earliestMs;
    const entry = this.#queue.takeUntil(limitMs);
    if (deadlineMs === null || entry === null) return false;
    this.#nowMs = deadlineMs;
    entry.run();
    return true;
  }
}
