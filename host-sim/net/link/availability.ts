// Owns when a link is up at all. Refuses to know packets.

import type { RandomStream } from "../../random/random.ts";
import { Grid } from "./grid.ts";
import { type Phase, rounds, Spells } from "./spells.ts";

/** Asked in the order of time: never about a moment before the last one asked. */
export interface Availability {
  /** Why nothing passes at that moment; null when the link is up. */
  downWhy(atMs: number): string | null;
  /** When `downWhy` may next change, after `afterMs`; null when it never will. */
  nextChangeMs(afterMs: number): number | null;
}

/** `radio`: the device's own modem can notice. `path`: what is wrong is further on, and nobody tells. */
export type AvailabilityFigures = { readonly where: "radio" | "path" } & (
  | { readonly kind: "rounds"; readonly phases: readonly AvailabilityPhase[] }
  /** Down for the last `durationMs` of every `everyMs`. */
  | {
      readonly kind: "repeated";
      readonly why: string;
      readonly durationMs: number;
      readonly everyMs: number;
    }
);

export interface AvailabilityPhase extends Phase {
  /** In a word why nothing passes meanwhile; null: it is up. */
  readonly why: string | null;
}

export function availabilityOf(
  figures: AvailabilityFigures,
  startMs: number,
  random: RandomStream,
): Availability {
  return figures.kind === "repeated"
    ? repeatedOutage(startMs, figures)
    : new DrawnOutages(startMs, figures.phases, random);
}

class DrawnOutages implements Availability {
  readonly #spells: Spells;
  readonly #whys: readonly (string | null)[];

  constructor(startMs: number, phases: readonly AvailabilityPhase[], random: RandomStream) {
    this.#spells = new Spells(startMs, rounds(phases, random));
    this.#whys = phases.map((phase) => phase.why);
  }

  downWhy(atMs: number): string | null {
    return this.#whys[this.#spells.stateAt(atMs)] as string | null;
  }

  nextChangeMs(afterMs: number): number {
    return this.#spells.untilMs(afterMs);
  }
}

export interface RepeatedOutage {
  readonly why: string;
  readonly durationMs: number;
  readonly everyMs: number;
}

/** Each period of `everyMs` from `startMs` on ends in an outage of `durationMs`, so the link begins up. */
export function repeatedOutage(startMs: number, figures: RepeatedOutage): Availability {
  return new RepeatedOutages(startMs, figures);
}

class RepeatedOutages implements Availability {
  readonly #periods: Grid;
  readonly #why: string;
  readonly #durationMs: number;

  constructor(startMs: number, { why, durationMs, everyMs }: RepeatedOutage) {
    this.#periods = new Grid(startMs, everyMs);
    this.#why = why;
    this.#durationMs = durationMs;
  }

  downWhy(atMs: number): string | null {
    return atMs >= this.#outageOf(this.#periods.pointBefore(atMs)) ? this.#why : null;
  }

  nextChangeMs(afterMs: number): number {
    const period = this.#periods.pointBefore(afterMs);
    const outageMs = this.#outageOf(period);
    return afterMs < outageMs ? outageMs : this.#periods.atMs(period + 1);
  }

  #outageOf(period: number): number {
    return this.#periods.atMs(period + 1) - this.#durationMs;
  }
}

/** Up when all are; the first that is down says why. None of them may change but in time. */
export function upWhenAll(parts: readonly Availability[]): Availability {
  return new UpWhenAll(parts);
}

/** It remembers the answer for as long as that holds: packets come in flocks, and changes seldom. */
class UpWhenAll implements Availability {
  readonly #parts: readonly Availability[];
  #why: string | null = null;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: readonly Availability[]) {
    this.#parts = parts;
  }

  downWhy(atMs: number): string | null {
    if (atMs >= this.#untilMs) this.#look(atMs);
    return this.#why;
  }

  nextChangeMs(afterMs: number): number | null {
    if (afterMs >= this.#untilMs) this.#look(afterMs);
    return this.#untilMs === Number.POSITIVE_INFINITY ? null : this.#untilMs;
  }

  #look(atMs: number): void {
    this.#why = null;
    this.#untilMs = Number.POSITIVE_INFINITY;
    for (const part of this.#parts) {
      this.#why ??= part.downWhy(atMs);
      this.#untilMs = Math.min(this.#untilMs, part.nextChangeMs(atMs) ?? this.#untilMs);
    }
  }
}
