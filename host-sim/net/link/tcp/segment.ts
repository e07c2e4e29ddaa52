// Owns what two TCP ends say to each other. Refuses to know when.

import type { StreamError } from "../../stream.ts";

/**
 * `seq` and `ack` count the stream's bytes from 0 and never wrap; SYN counts as none and FIN as one after the
 * last byte. A reset carries its cause along, which no real one does: a person should learn that it was the
 * broker's certificate.
 */
export interface Segment {
  readonly seq: number;
  readonly ack: number;
  /** How many bytes after `ack` the sender of this segment has room for. */
  readonly window: number;
  readonly payload: Uint8Array;
  /** The largest payload its sender takes, on SYN and SYN-ACK; null on all others. */
  readonly synMss: number | null;
  readonly fin: boolean;
  readonly rst: StreamError | null;
}

/** RFC 791 and RFC 9293: IPv4 and TCP without options. */
const HEADER_BYTES = 40;

export function bytesOnWire(segment: Segment): number {
  return HEADER_BYTES + segment.payload.length;
}
