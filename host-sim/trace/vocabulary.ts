// Owns the table of everything that can happen: what it means, and its fields in the order in which a line has them. Refuses to
// know how a line looks.

import type { Happening } from "./happening.ts";
import type { FormatOf } from "./values.ts";

export type HappeningKind = Happening["kind"];
export type HappeningOf<Kind extends HappeningKind> = Extract<Happening, { readonly kind: Kind }>;

/** What every line begins with, and which therefore is no field. */
type Lead = "atMs" | "kind" | "device" | "life";

export interface Row<Fields> {
  /** `device`: it happened to one. `run`: it happened to all of them. */
  readonly to: "device" | "run";
  readonly meaning: string;
  readonly fields: Fields;
}

/** A kind that has no row, and a field that has no format or the wrong one, do not compile. */
type Vocabulary = {
  readonly [Kind in HappeningKind]: Row<{
    readonly [Field in Exclude<keyof HappeningOf<Kind>, Lead>]: FormatOf<HappeningOf<Kind>[Field]>;
  }> & { readonly to: HappeningOf<Kind> extends { readonly device: number } ? "device" : "run" };
};

export const VOCABULARY: Vocabulary = {
  power: {
    to: "device",
    meaning:
      "its power; cause cold: memory is lost, restart: memory is lost but not power, sleep: memory is kept",
    fields: { isOn: "flag", cause: "word" },
  },
  link: {
    to: "device",
    meaning: "its link went down, and why, or is up again",
    fields: { downWhy: "text?" },
  },
  radio: {
    to: "device",
    meaning: "its radio: off, attaching or attached, and why it changed",
    fields: { state: "word", why: "text?" },
  },
  opening: { to: "device", meaning: "the client wants a transport", fields: {} },
  connected: {
    to: "device",
    meaning:
      "the broker accepted; session fresh, resumed, lost (by the broker) or cleared (left by an earlier life); version " +
      "that is spoken: 3 is 3.1, 4 is 3.1.1",
    fields: { session: "word", version: "number" },
  },
  refused: {
    to: "device",
    meaning: "the broker refused, with this code in CONNACK, and in MQTT 5 the reason it gave in words",
    fields: { returnCode: "number", said: "text?" },
  },
  closed: {
    to: "device",
    meaning:
      "the connection is over: the client's reason, who ended it, what the transport said; code and words of the " +
      "broker's DISCONNECT, where that ended it",
    fields: { reason: "word", by: "word", error: "text?", code: "number?", said: "text?" },
  },
  packet: {
    to: "device",
    meaning:
      "head of an MQTT packet: out when its first byte was given to the transport, in when its last was received; " +
      "type 1 is CONNECT, 15 AUTH; code: flags of CONNECT, code of CONNACK, of an acknowledgement and of DISCONNECT, first of " +
      "SUBACK; level: the connection's, 5 is MQTT 5; properties: its numbers, by their ids; connections count from 1; not hashed",
    fields: {
      way: "word",
      connection: "number",
      type: "number",
      packetId: "number?",
      qos: "qos",
      isDup: "flag",
      isRetain: "flag",
      isStatus: "flag",
      code: "number",
      isSessionPresent: "flag",
      level: "number",
      properties: "text?",
      bytes: "number",
    },
  },
  segment: {
    to: "device",
    meaning:
      "TCP segment on the link, up from the device or down to it: sent, then arrived or lost; seq and ack count the " +
      "stream's bytes from 0; payload is hexadecimal; in recordings alone, and not hashed",
    fields: {
      way: "word",
      fate: "word",
      why: "text?",
      connection: "number",
      seq: "number",
      ack: "number",
      window: "number",
      flags: "text",
      payload: "text",
    },
  },
  reading: {
    to: "device",
    meaning:
      "taken: its number, thousandths of a degree (null: no answer), why the client refused it (null: accepted)",
    fields: { seq: "number", thousandths: "number?", refusal: "word?" },
  },
  readingEnded: {
    to: "device",
    meaning:
      "a reading's one end: published, rejected (by the broker), handedOver (QoS 0), or why it was dropped",
    fields: { seq: "number", end: "word" },
  },
  status: {
    to: "device",
    meaning: "the broker acknowledged this retained status",
    fields: { status: "word" },
  },
  statusRefused: {
    to: "device",
    meaning: "the broker does not take this status",
    fields: { status: "word" },
  },
  message: {
    to: "device",
    meaning: "the firmware was given a message",
    fields: { topic: "text", payload: "text" },
  },
  output: { to: "device", meaning: "it switched an output", fields: { output: "number", isOn: "flag" } },
  secondDevice: {
    to: "device",
    meaning: "the client suspects another device under its client id",
    fields: {},
  },
  goodbye: { to: "device", meaning: "it was told to say goodbye", fields: {} },
  left: { to: "device", meaning: "its goodbye is over", fields: {} },
  overrun: { to: "device", meaning: "the bytes around its memory are not as they were", fields: {} },
  seen: {
    to: "device",
    meaning:
      "an independent subscriber received its message: the topic's last level, payload, whether it was kept from before",
    fields: { level: "text", payload: "text", isRetained: "flag" },
  },
  session: {
    to: "device",
    meaning: "what became of its session in the broker: created, resumed, ended, expired or forgotten",
    fields: { what: "word" },
  },
  will: { to: "device", meaning: "the broker published its will", fields: {} },
  brokerClosed: {
    to: "device",
    meaning: "the broker closed its connection, and why",
    fields: { why: "text" },
  },
  illegal: {
    to: "device",
    meaning: "it sent what a client may not send; the statement that forbids it, and what it was",
    fields: { statement: "text", what: "text" },
  },
  commanded: {
    to: "device",
    meaning: "the broker took a message for it; they count from 1",
    fields: { number: "number", qos: "qos", isRetained: "flag", payload: "text" },
  },
  fault: { to: "run", meaning: "a fault, as it was asked for", fields: { fault: "text" } },
  broker: {
    to: "run",
    meaning: "the broker ended or began, and whether it has forgotten everything",
    fields: { isUp: "flag", hasForgotten: "flag" },
  },
  samplingEnded: { to: "run", meaning: "no more readings are taken, and no more faults happen", fields: {} },
};

/** In the order of the table. */
export const HAPPENING_KINDS = Object.keys(VOCABULARY) as readonly HappeningKind[];

export function isHappeningKind(word: string): word is HappeningKind {
  return Object.hasOwn(VOCABULARY, word);
}
