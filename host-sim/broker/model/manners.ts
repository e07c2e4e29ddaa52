// Owns what the broker may do differently although every bit of it is legal. Refuses to know how it is done.

import type { RandomStream } from "../../random/random.ts";
import type { QoS } from "./message.ts";

/** From, to: drawn anew each time, evenly. */
export type Span = readonly [fromMs: number, toMs: number];

export interface Manners {
  /** Before each acknowledgement leaves; null: at once. */
  readonly ackDelayMs: Span | null;
  /** Whether delayed acknowledgements may overtake each other: only a client is bound to keep their order. */
  readonly acksOvertake: boolean;
  /** The share of a client's acknowledgements that are not heeded until it connects again. */
  readonly ignoreAck: number;
  /** The share of QoS 1 and 2 messages that are sent a second time at once, where the version allows it. */
  readonly repeat: number;
  /** When a QoS 2 message goes to its subscribers. */
  readonly routeQos2: "at-publish" | "at-pubrel";
  /** Before CONNACK, and before each AUTH. */
  readonly connackDelayMs: Span | null;
  /** Answers each CONNECT with this return code of 3.1.1, or what means the same in 5. */
  readonly refuse: 1 | 2 | 3 | 4 | 5 | null;
  /** The share of CONNECTs at which the session turns out to be forgotten. */
  readonly forgetSession: number;
  /** In SUBACK. */
  readonly grantMost: QoS;
  /** The share of topic filters that are refused. */
  readonly refuseFilter: number;
  /** How fast it reads from a connection; null: as fast as it comes. */
  readonly readBytesPerSecond: number | null;
  /** Cuts what it writes: into single bytes, or into pieces of a random length up to 16. */
  readonly fragment: "whole" | "pieces" | "bytes";
  /** Between two pieces. */
  readonly fragmentGapMs: number;
  /** Answers CONNECTs of MQTT 5 as one that does not speak it: CONNACK 0x84, or as 3.1.1 has it. */
  readonly refuseFive: "reason" | "return-code" | null;
  /** The share of QoS 1 and 2 messages that a client of MQTT 5 gets back refused: quota exceeded. */
  readonly reject: number;
  /** The reason with which it ends a connection of MQTT 5 for no cause that the client has given. */
  readonly closeReason: number;
  /** Whether it takes its leave before it stops: a DISCONNECT in MQTT 5, and a FIN. */
  readonly announcesStop: boolean;
  /** Closes a connection after so many packets from the client, CONNECT included. */
  readonly closeAfterPackets: number | null;
}

export const PLAIN: Manners = {
  ackDelayMs: null,
  acksOvertake: false,
  ignoreAck: 0,
  repeat: 0,
  routeQos2: "at-publish",
  connackDelayMs: null,
  refuse: null,
  forgetSession: 0,
  grantMost: 2,
  refuseFilter: 0,
  readBytesPerSecond: null,
  fragment: "whole",
  fragmentGapMs: 1,
  refuseFive: null,
  reject: 0,
  closeReason: 0x98,
  announcesStop: false,
  closeAfterPackets: null,
};

/** Nothing is drawn where nothing can happen, so that a broker with plain manners uses no chance at all. */
export function happens(share: number, random: RandomStream): boolean {
  return share > 0 && random.chance(share);
}

export function drawMs(span: Span | null, random: RandomStream): number {
  return span === null ? 0 : random.between(span[0], span[1]);
}
