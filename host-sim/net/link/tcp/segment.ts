// Owns what two TCP ends say to each other. Refuses to know when.

import type { StreamError } from "../../stream.ts";

/** Bytes that arrived out of order, from `from` to before `to`. */
export interface SackBlock {
  readonly from: number;
  readonly to: number;
}

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
  /** RFC 2018; the first block may be a duplicate, as RFC 2883 has it. Null: its sender knows no such option. */
  readonly sack: readonly SackBlock[] | null;
  /** RFC 7323: when it was sent. Null: no such option. */
  readonly stampMs: number | null;
  /** The stamp it answers. */
  readonly echoMs: number | null;
}

export const NO_SACK: readonly SackBlock[] = [];

/** RFC 791 and RFC 9293: IPv4 and TCP without options. */
const HEADER_BYTES = 40;
const MSS_OPTION_BYTES = 4;
/** On a SYN timestamps come with SACK-permitted and the window scale, as Linux packs them; otherwise with two NOPs. */
const SYN_OPTIONS_BYTES = 16;
const STAMP_OPTION_BYTES = 12;
const SACK_HEAD_BYTES = 4;
const SACK_BLOCK_BYTES = 8;
/** RFC 2018: so many fit beside a time stamp. */
export const MOST_SACK_BLOCKS = 3;
export const MOST_SACK_BYTES = SACK_HEAD_BYTES + MOST_SACK_BLOCKS * SACK_BLOCK_BYTES;

export function bytesOnWire(segment: Segment): number {
  const { payload, synMss, stampMs, sack } = segment;
  let bytes = HEADER_BYTES + payload.length;
  if (synMss !== null) return bytes + MSS_OPTION_BYTES + (stampMs === null ? 0 : SYN_OPTIONS_BYTES);
  if (stampMs !== null) bytes += STAMP_OPTION_BYTES;
  if (sack !== null && sack.length > 0) bytes += SACK_HEAD_BYTES + SACK_BLOCK_BYTES * sack.length;
  return bytes;
}

/** What timestamps take from every payload. */
export function stampBytes(usesStamps: boolean): number {
  return usesStamps ? STAMP_OPTION_BYTES : 0;
}
