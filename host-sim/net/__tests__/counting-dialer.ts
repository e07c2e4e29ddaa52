// Owns how many bytes went each way over a dialer's streams. Refuses to know what they mean.

import type { Dialer } from "../stream.ts";

export interface ByteCounts {
  readonly up: number;
  readonly down: number;
}

/** Counts what a stream took and what it handed over; what the wire added or repeated is not in it. */
export function countingDialer(inner: Dialer): { readonly dialer: Dialer; readonly counts: ByteCounts } {
  const counts = { up: 0, down: 0 };
  const dialer: Dialer = {
    dial(handlers) {
      const stream = inner.dial({
        onOpen: () => handlers.onOpen(),
        onData(bytes) {
          counts.down += bytes.length;
          handlers.onData(bytes);
        },
        onDrain: () => handlers.onDrain(),
        onEnd: () => handlers.onEnd(),
        onClose: (error) => handlers.onClose(error),
      });
      return {
        write(bytes) {
          counts.up += bytes.length;
          return stream.write(bytes);
        },
        end: () => stream.end(),
        destroy: () => stream.destroy(),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
      };
    },
  };
  return { dialer, counts };
}
