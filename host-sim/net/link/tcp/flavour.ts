// Owns the figures in which TCP stacks differ. Refuses to know the protocol they share.

import { lwipEstimator, type RtoEstimator, rfc6298Estimator } from "./rto.ts";

export interface TcpFlavour {
  readonly mss: number;
  readonly receiveWindowBytes: number;
  readonly sendBufferBytes: number;
  readonly estimator: () => RtoEstimator;
  readonly maxRtoMs: number;
  /** The time-out is doubled at each retransmission, but no more often than this. */
  readonly maxDoublings: number;
  readonly retransmissions: number;
  readonly synRtoMs: number;
  readonly synRetransmissions: number;
  readonly synBacksOff: boolean;
  /** From the last retransmission until the stack gives up; null means one more time-out. */
  readonly lastWaitMs: number | null;
}

/**
 * lwIP 2.1's defaults, as on an ESP8266: TCP_MSS 536, TCP_WND 4 MSS, TCP_SND_BUF 2 MSS, TCP_MAXRTX 12,
 * TCP_SYNMAXRTX 6. tcp_slowtmr removes a connection at the tick after its last retransmission, and does
 * not back off in SYN_SENT.
 */
export const LWIP: TcpFlavour = {
  mss: 536,
  receiveWindowBytes: 4 * 536,
  sendBufferBytes: 2 * 536,
  estimator: lwipEstimator,
  maxRtoMs: Number.POSITIVE_INFINITY,
  maxDoublings: 7,
  retransmissions: 12,
  synRtoMs: 3_000,
  synRetransmissions: 6,
  synBacksOff: false,
  lastWaitMs: 500,
};

/**
 * Linux's defaults on Ethernet: tcp_retries2 15, tcp_synack_retries 5, tcp_wmem 16 KiB before auto-tuning, a
 * first window of 64 KiB (ip-sysctl); TCP_RTO_MAX 120 s.
 */
export const LINUX: TcpFlavour = {
  mss: 1460,
  receiveWindowBytes: 65_536,
  sendBufferBytes: 16_384,
  estimator: () => rfc6298Estimator(1_000, 200),
  maxRtoMs: 120_000,
  maxDoublings: 15,
  retransmissions: 15,
  synRtoMs: 1_000,
  synRetransmissions: 5,
  synBacksOff: true,
  lastWaitMs: null,
};

/** How long to wait for an ack after `attempts` retransmissions of the same bytes. */
export function waitMs(flavour: TcpFlavour, rtoMs: number, attempts: number): number {
  if (attempts === flavour.retransmissions && flavour.lastWaitMs !== null) return flavour.lastWaitMs;
  return Math.min(rtoMs * 2 ** Math.min(attempts, flavour.maxDoublings), flavour.maxRtoMs);
}

export function synWaitMs(flavour: TcpFlavour, attempts: number): number {
  if (attempts === flavour.synRetransmissions && flavour.lastWaitMs !== null) return flavour.lastWaitMs;
  return flavour.synBacksOff
    ? Math.min(flavour.synRtoMs * 2 ** attempts, flavour.maxRtoMs)
    : flavour.synRtoMs;
}
