// Owns when a link is up at all. Refuses to know packets.

import type { RandomStream } from "../../random/random.ts";
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
    : drawnOutages(startMs, figures.phases, random);
}

function drawnOutages(
  startMs: number,
  phases: readonly AvailabilityPhase[],
  random: RandomStream,
): Availability {
  const spells = new Spells(startMs, rounds(phases, random));
  const whys = phases.map((phase) => phase.why);
  return {
    downWhy: (atMs) => whys[spells.stateAt(atMs)] as string | null,
    nextChangeMs: (afterMs) => spells.untilMs(afterMs),
  };
}

export interface RepeatedOutage {
  readonly why: string;
  readonly durationMs: number;
  readonly everyMs: number;
}

/** Each period of `everyMs` from `startMs` on ends in an outage of `durationMs`, so the link begins up. */
export function repeatedOutage(startMs: number, { why, durationMs, everyMs }: RepeatedOutage): Availability {
  const beginOf = (period: number): number => startMs + period * everyMs;
  // Edges are compared with, never computed back from a time: a rounding would make a change that is missed.
  function periodAt(atMs: number): number {
    const period = Math.floor((atMs - startMs) / everyMs);
    if (atMs < beginOf(period)) return period - 1;
    return atMs < beginOf(period + 1) ? period : period + 1;
  }
  const outageOf = (period: number): number => beginOf(period + 1) - durationMs;

  return {
    downWhy: (atMs) => (atMs >= outageOf(periodAt(atMs)) ? why : null),
    nextChangeMs(afterMs) {
      const period = periodAt(afterMs);
      return afterMs < outageOf(period) ? outageOf(period) : beginOf(period + 1);
    },
  };
}

/** Up when all are; the first that is down says why. */
export function upWhenAll(parts: readonly Availability[]): Availability {
  return {
    downWhy(atMs) {
      for (const part of parts) {
        const why = part.downWhy(atMs);
        if (why !== null) return why;
      }
      return null;
    },
    nextChangeMs(afterMs) {
      let earliestMs = Number.POSITIVE_INFINITY;
      for (const part of parts) earliestMs = Math.min(earliestMs, part.nextChangeMs(afterMs) ?? earliestMs);
      return earliestMs === Number.POSITIVE_INFINITY ? null : earliestMs;
    },
  };
}
