// Owns what the two kinds of sender look like from outside. Refuses to know how either decides.

import type { Clock } from "../../../time/clock.ts";
import type { TcpFlavour } from "./flavour.ts";
import { LinuxSender } from "./linux-sender.ts";
import { LwipSender } from "./lwip-sender.ts";
import type { Segment } from "./segment.ts";

export interface SenderPorts {
  transmit(seq: number, payload: Uint8Array, fin: boolean): void;
  onDrain(): void;
  onGiveUp(): void;
}

/** What the handshake found out. */
export interface Opening {
  /** The largest payload of a segment. */
  readonly mss: number;
  readonly window: number;
  /** Whether acks will tell what came out of order. */
  readonly sack: boolean;
  /** When the first SYN or SYN-ACK of this end left, and how many more were needed. */
  readonly synSentMs: number;
  readonly synRepeats: number;
}

/** The bytes one end owes the other, and when they go. */
export interface Sender {
  readonly hasEnded: boolean;
  /** FIN was acknowledged, and so all before it. */
  readonly isDone: boolean;
  /** What a bare ack carries: never less than the peer has got, or it would look like a repetition. */
  readonly highestSeq: number;
  /** A smoothed round trip in milliseconds, where the stack knows one. */
  readonly srttMs: number | null;
  /** What was written before now waits until the connection is open. */
  start(opening: Opening): void;
  stop(): void;
  /** False: wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  acknowledge(segment: Segment): void;
}

/** `sinceMs` is when the stack's ticks began. */
export function createSender(clock: Clock, flavour: TcpFlavour, ports: SenderPorts, sinceMs: number): Sender {
  return flavour.stack === "lwip"
    ? new LwipSender(clock, flavour, ports, sinceMs)
    : new LinuxSender(clock, flavour, ports, sinceMs);
}
