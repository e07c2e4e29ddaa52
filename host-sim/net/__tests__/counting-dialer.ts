// Owns how many bytes went each way over a dialer's streams. Refuses to know what they mean.

import type { Dialer } from "../stream.ts";
import { tappedDialer } from "../tapped-dialer.ts";

export interface ByteCounts {
  readonly up: number;
  readonly down: number;
}

/** Counts what a stream took and what it handed over; what the wire added or repeated is not in it. */
export function countingDialer(inner: Dialer): { readonly dialer: Dialer; readonly counts: ByteCounts } {
  const counts = { up: 0, down: 0 };
  const tap = {
    out({ length }: Uint8Array) {
      counts.up += length;
    },
    in({ length }: Uint8Array) {
      counts.down += length;
    },
  };
  return { dialer: tappedDialer(inner, () => tap), counts };
}
