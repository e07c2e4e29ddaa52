// Owns the times that somebody took out of a link, by hand. Refuses to know what the link does by itself.

import type { Availability } from "./availability.ts";

interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** An availability with holes in it, which says why first when both are down. */
export class Blackholes implements Availability {
  readonly #within: Availability;
  #untilMs = Number.NEGATIVE_INFINITY;
  #windows: readonly Window[] = [];

  constructor(within: Availability) {
    this.#within = within;
  }

  add(fromMs: number, untilMs: number): void {
    // Nobody asks about the past, and a year of faults should not be kept.
    this.#windows = [...this.#windows.filter((window) => window.untilMs > fromMs), { fromMs, untilMs }];
    this.#untilMs = Math.max(this.#untilMs, untilMs);
  }

  downWhy(atMs: number): string | null {
    const why = this.#within.downWhy(atMs);
    if (why !== null || atMs >= this.#untilMs) return why;
    return this.#windows.some((window) => window.fromMs <= atMs && atMs < window.untilMs)
      ? "blackhole"
      : null;
  }

  nextChangeMs(afterMs: number): number | null {
    const changeMs = this.#within.nextChangeMs(afterMs);
    if (afterMs >= this.#untilMs) return changeMs;
    const edges = this.#windows.flatMap((window) => [window.fromMs, window.untilMs]);
    return Math.min(changeMs ?? this.#untilMs, ...edges.filter((edgeMs) => edgeMs > afterMs));
  }
}
