// Owns how a stack learns its retransmission time-out from round trips. Refuses to know back-off.

export interface RtoEstimator {
  readonly rtoMs: number;
  /** One round trip of a segment that was sent once (Karn: else it is unknown which copy was answered). */
  sample(rttMs: number): void;
}

/** RFC 6298, with Linux's floor: it is the variation's share that is never under `minVariationMs`. */
export function rfc6298Estimator(firstRtoMs: number, minVariationMs: number): RtoEstimator {
  let srttMs: number | null = null;
  let rttvarMs = 0;
  return {
    get rtoMs() {
      return srttMs === null ? firstRtoMs : srttMs + Math.max(minVariationMs, 4 * rttvarMs);
    },
    sample(rttMs) {
      if (srttMs === null) {
        srttMs = rttMs;
        rttvarMs = rttMs / 2;
        return;
      }
      rttvarMs = 0.75 * rttvarMs + 0.25 * Math.abs(srttMs - rttMs);
      srttMs = 0.875 * srttMs + 0.125 * rttMs;
    },
  };
}

const TICK_MS = 500;

/**
 * lwIP's tcp_receive in its own integers: `sa` is eight times the mean and `sv` four times the deviation, in
 * ticks of half a second. It starts at 3 s and, because of the shifts, never falls under three ticks.
 */
export function lwipEstimator(): RtoEstimator {
  let sa = 0;
  let sv = 3_000 / TICK_MS;
  let rtoTicks = sv;
  return {
    get rtoMs() {
      return rtoTicks * TICK_MS;
    },
    sample(rttMs) {
      const error = Math.floor(rttMs / TICK_MS) - (sa >> 3);
      sa += error;
      sv += Math.abs(error) - (sv >> 2);
      rtoTicks = (sa >> 3) + sv;
    },
  };
}
