// Owns one deadline that moves often and is met seldom. Refuses to know what it is for.

import type { Clock, Timer } from "../../../time/clock.ts";

/**
 * A deadline that moves later, or goes, leaves the clock's timer where it is; when that one runs, it looks
 * again. So most of a connection's segments touch no timer at all.
 */
export class LazyTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #run = (): void => this.#look();
  #timer: Timer | null = null;
  #armedMs = Number.POSITIVE_INFINITY;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get isSet(): boolean {
    return this.#deadlineMs !== Number.POSITIVE_INFINITY;
  }

  /** Infinity while it is not set. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  set(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
    if (deadlineMs >= this.#armedMs) return;
    this.#timer?.cancel();
    this.#arm();
  }

  clear(): void {
    this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Lets go of the clock, too: a real one keeps the process alive while a timer is pending. */
  stop(): void {
    this.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#armedMs = this.#deadlineMs;
    this.#timer = this.#clock.at(this.#armedMs, this.#run);
  }

  #look(): void {
    this.#timer = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
    if (!this.isSet) return;
    if (this.#clock.nowMs < this.#deadlineMs) {
      this.#arm();
      return;
    }
    this.clear();
    this.#onDue();
  }
}
