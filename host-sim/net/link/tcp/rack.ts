// Owns how Linux tells a lost segment from a late one by the time it left (RFC 8985). Refuses to know what is done about it.

import type { Sent } from "./outgoing.ts";
import { JIFFY_MS } from "./timer-grid.ts";

const REORDERING_SEGMENTS = 3;

/** tcp_rack_detect_loss and tcp_rack_advance (net/ipv4/tcp_recovery.c). */
export class Rack {
  /** The latest sending among the segments that are known to have arrived, and its round trip. */
  #sentMs = Number.NEGATIVE_INFINITY;
  #endSeq = 0;
  #rttMs = 0;

  delivered(segment: Sent, nowMs: number, minRttMs: number): void {
    const rttMs = nowMs - segment.sentMs;
    // Sooner than any round trip: it is the first copy that was answered.
    if (segment.isRetransmitted && rttMs < minRttMs) return;
    if (!isLater(segment.sentMs, segment.to, this.#sentMs, this.#endSeq)) return;
    this.#sentMs = segment.sentMs;
    this.#endSeq = segment.to;
    this.#rttMs = rttMs;
  }

  /**
   * Takes for lost what left well before something that arrived. `onLost` is given each; the answer is how many
   * milliseconds from now the next will be, or null.
   */
  detect(
    sent: readonly Sent[],
    nowMs: number,
    reorderMs: number,
    onLost: (segment: Sent) => void,
  ): number | null {
    let nextMs: number | null = null;
    for (const segment of sent) {
      if (segment.isSacked || segment.isLost) continue;
      if (!isLater(this.#sentMs, this.#endSeq, segment.sentMs, segment.to)) continue;
      const remainingMs = segment.sentMs + this.#rttMs + reorderMs - nowMs;
      if (remainingMs <= 0) onLost(segment);
      else nextMs = Math.max(nextMs ?? 0, remainingMs);
    }
    return nextMs === null ? null : nextMs + 2 * JIFFY_MS;
  }
}

/** tcp_rack_reo_wnd: no patience once a recovery has begun, or with three segments ahead of the gap. */
export function reorderMs(
  minRttMs: number,
  srttMs: number,
  sackedSegments: number,
  isRecovering: boolean,
): number {
  if (isRecovering || sackedSegments >= REORDERING_SEGMENTS) return 0;
  return Math.min(minRttMs / 4, srttMs);
}

function isLater(aMs: number, aSeq: number, bMs: number, bSeq: number): boolean {
  return aMs > bMs || (aMs === bMs && aSeq > bSeq);
}
