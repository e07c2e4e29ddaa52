// Owns the bounds that a client's liveness keeps, and what a device's connection shows of it. Refuses to know what is promised.

import type { RunFacts } from "./promise.ts";

/** A measured deadline is never shorter, and its upper bound never lower than the second. */
const DEADLINE_LOW_MS = 10_000;
const DEADLINE_HIGH_MS = 30_000;
/** A PINGREQ goes out a little before it is due. */
const EARLY_MS_MAX = 1000;

/** A device's clock goes wrong, and a laptop's timers are late. */
export function toleranceMs(spanMs: number): number {
  return 500 + spanMs / 500;
}

export interface Bounds {
  readonly keepAliveMs: number;
  /** Between two packets that the client sends when it has nothing to say. */
  readonly pingIntervalMs: number;
  readonly deadlineMsMin: number;
  readonly deadlineMsMax: number;
}

/** `keepAliveMs` is what the connection has agreed on. */
export function boundsOf(keepAliveMs: number, { pace }: Pick<RunFacts, "pace">): Bounds {
  const fixedMs = pace.pingDeadlineMs;
  return {
    keepAliveMs,
    pingIntervalMs:
      keepAliveMs === 0 ? Number.POSITIVE_INFINITY : keepAliveMs - Math.min(keepAliveMs / 8, EARLY_MS_MAX),
    deadlineMsMin: fixedMs > 0 ? fixedMs : DEADLINE_LOW_MS,
    deadlineMsMax: fixedMs > 0 ? fixedMs : Math.max(DEADLINE_HIGH_MS, keepAliveMs / 2),
  };
}
