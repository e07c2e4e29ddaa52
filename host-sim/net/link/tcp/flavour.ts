// Owns the figures in which TCP stacks differ. Refuses to know what a stack does with them.

import type { BoardTcp } from "./board-tcp.ts";

export interface TcpFlavour extends BoardTcp {
  /** Holds back a small segment while another is not acknowledged: on unless a program asks for TCP_NODELAY. */
  readonly nagle: boolean;
  /** RFC 7323. */
  readonly stamps: boolean;
  /** Of the end that was called. */
  readonly synAckRetransmissions: number;
  readonly synBacksOff: boolean;
  /** So many more of the SYN, before its waits double. */
  readonly steadySyns: number;
  /** The longest wait for an ack. */
  readonly mostRtoMs: number;
}

/**
 * lwIP 2.1's defaults, as on an ESP8266: TCP_MSS 536, TCP_WND 4 MSS, TCP_SND_BUF 2 MSS, TCP_MAXRTX 12,
 * TCP_SYNMAXRTX 6, and no back-off in SYN_SENT (tcp_slowtmr). Nagle is on: esp8266/Arduino's WiFiClient starts with `defaultNoDelay = false`, and neither
 * ESP-IDF's sockets nor lwIP itself set TF_NODELAY. Timestamps are off (LWIP_TCP_TIMESTAMPS 0); the time-out is a
 * 16-bit count of ticks.
 */
export const LWIP: TcpFlavour = {
  stack: "lwip",
  mssBytes: 536,
  receiveWindowBytes: 4 * 536,
  sendBufferBytes: 2 * 536,
  retransmissions: 12,
  synRetransmissions: 6,
  firstRtoMs: 3_000,
  leastRtoMs: 1_500,
  keepsOutOfOrder: false,
  sendsSack: false,
  nagle: true,
  stamps: false,
  synAckRetransmissions: 12,
  synBacksOff: false,
  steadySyns: 0,
  mostRtoMs: 0x7fff * 500,
};

/**
 * Linux's defaults on Ethernet: tcp_retries2 15, tcp_syn_retries 6, tcp_syn_linear_timeouts 4, tcp_synack_retries 5,
 * tcp_sack, tcp_timestamps, a first window of 64 KiB (ip-sysctl); TCP_RTO_MIN 200 ms, TCP_RTO_MAX 120 s. The send
 * buffer is what tcp_sndbuf_expand gives a connection with ten segments in its window, less what the kernel's own
 * heads take of it. Mosquitto and Node both leave Nagle on.
 */
export const LINUX: TcpFlavour = {
  stack: "linux",
  mssBytes: 1460,
  receiveWindowBytes: 65_536,
  sendBufferBytes: 55_296,
  retransmissions: 15,
  synRetransmissions: 6,
  firstRtoMs: 1_000,
  leastRtoMs: 200,
  keepsOutOfOrder: true,
  sendsSack: true,
  nagle: true,
  stamps: true,
  synAckRetransmissions: 5,
  synBacksOff: true,
  steadySyns: 4,
  mostRtoMs: 120_000,
};

/** A board's own figures; what its file does not say is as in the stack's defaults. */
export function flavourOf(tcp: BoardTcp): TcpFlavour {
  return { ...(tcp.stack === "lwip" ? LWIP : LINUX), ...tcp };
}
