// Owns what no broker may send, for worlds with a hostile or broken one. Refuses to know how a client should take it.

import type { AckName } from "./packets.ts";

/** Bytes out of nowhere, on a connection whose CONNECT was accepted. Ids are such as a client has hardly got to. */
export const LIES = {
  "second-connack": bytes(0x20, 2, 0, 0),
  "puback-unknown": bytes(0x40, 2, 0xff, 0xf0),
  "pubrec-unknown": bytes(0x50, 2, 0xff, 0xf0),
  "pubcomp-unknown": bytes(0x70, 2, 0xff, 0xf0),
  "suback-unknown": bytes(0x90, 3, 0xff, 0xf0, 0),
  "unsuback-unknown": bytes(0xb0, 2, 0xff, 0xf0),
  "puback-id-0": bytes(0x40, 2, 0, 0),
  "puback-too-long": bytes(0x40, 4, 0, 1, 0, 0),
  "puback-too-short": bytes(0x40, 1, 0),
  "puback-flags": bytes(0x41, 2, 0, 1),
  "pubrel-flags": bytes(0x60, 2, 0, 1),
  "suback-code-3": bytes(0x90, 3, 0, 1, 3),
  "suback-without-codes": bytes(0x90, 2, 0, 1),
  "publish-qos-3": bytes(0x36, 6, 0, 1, 0x61, 0, 1, 0x78),
  "publish-id-0": bytes(0x32, 6, 0, 1, 0x61, 0, 0, 0x78),
  "publish-dup-qos-0": bytes(0x38, 4, 0, 1, 0x61, 0x78),
  "publish-wildcard": bytes(0x30, 5, 0, 3, 0x61, 0x2f, 0x23),
  "publish-empty-topic": bytes(0x30, 3, 0, 0, 0x78),
  "publish-topic-not-utf8": bytes(0x30, 4, 0, 2, 0xc3, 0x28),
  "publish-topic-surrogate": bytes(0x30, 5, 0, 3, 0xed, 0xa0, 0x80),
  "publish-topic-nul": bytes(0x30, 3, 0, 1, 0),
  "publish-topic-too-long": bytes(0x30, 4, 0, 200, 0x61, 0x78),
  "length-of-five-bytes": bytes(0x30, 0x80, 0x80, 0x80, 0x80, 0x01),
  "pingresp-with-body": bytes(0xd0, 1, 0),
  "reserved-type-0": bytes(0x00, 0),
  "client-packet-connect": bytes(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 0),
  "client-packet-subscribe": bytes(0x82, 6, 0, 1, 0, 1, 0x61, 0),
  "client-packet-pingreq": bytes(0xc0, 0),
  "auth-before-5": bytes(0xf0, 0),
} as const satisfies Readonly<Record<string, Uint8Array>>;

export type LieName = keyof typeof LIES;

/** What it says in CONNACK instead of the truth. */
export type ConnackLie = "session-present-inverted" | "reserved-flag" | "unknown-code" | "too-long" | "twice";

/** What it says instead of an acknowledgement that is owed. */
export type AnswerLie = "other-kind" | "other-id" | "twice" | "skips-pubrec";

export interface StandingLies {
  readonly connack: ConnackLie | null;
  readonly answer: AnswerLie | null;
}

export const HONEST: StandingLies = { connack: null, answer: null };

/** Of an accepting CONNACK, whose third byte is the flags and whose fourth is the code. */
export function distortConnack(connack: Uint8Array, lie: ConnackLie): Uint8Array {
  const changed = Uint8Array.from(connack);
  switch (lie) {
    case "session-present-inverted":
      changed[2] = (changed[2] as number) ^ 1;
      return changed;
    case "reserved-flag":
      changed[2] = (changed[2] as number) | 2;
      return changed;
    case "unknown-code":
      changed[3] = 0x7f;
      return changed;
    case "too-long":
      changed[1] = (changed[1] as number) + 1;
      return Buffer.concat([changed, bytes(0)]);
    case "twice":
      return Buffer.concat([connack, connack]);
  }
}

const OTHER_KIND: Readonly<Record<AckName, number>> = {
  puback: 0x50,
  pubrec: 0x40,
  pubrel: 0x70,
  pubcomp: 0x40,
};

export function distortAnswer(answer: Uint8Array, name: AckName, lie: AnswerLie): Uint8Array {
  const changed = Uint8Array.from(answer);
  switch (lie) {
    case "other-kind":
      changed[0] = OTHER_KIND[name];
      return changed;
    case "other-id":
      changed[3] = (changed[3] as number) ^ 1;
      return changed;
    case "twice":
      return Buffer.concat([answer, answer]);
    case "skips-pubrec":
      if (name === "pubrec") changed[0] = 0x70;
      return changed;
  }
}

function bytes(...list: readonly number[]): Uint8Array {
  return Uint8Array.from(list);
}
