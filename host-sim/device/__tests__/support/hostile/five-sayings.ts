// Owns everything that a server of MQTT 5 says in the hostile-peer tests: each type of packet with each field, flag, code, property
// and length wrong in turn, and right. Refuses to know what is wrong, and when it is said.

import type { Said } from "./faults.ts";
import { BLOCKS, FEW_BLOCKS } from "./five-blocks.ts";
import type { FiveMoment } from "./five-moments.ts";
import { NOT_UTF8_TOPICS, TOPICS } from "./topics.ts";

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const bytes = (...values: readonly number[]) => Buffer.from(values);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const said = (first: number, ...parts: readonly Buffer[]): Said => ({ first, body: Buffer.concat(parts) });

/** Our id, its neighbour, one that shares a slot with it, the last, and none. */
const IDS = [0, 1, 2, 17, 257, 0xffff];
const NONE = bytes(0);
const FEW = [0, 1, 2, 3, 0x18, 127, 128, 0x9e, 255];
const ALL = range(256);
const METHOD = Buffer.from("041500014d", "hex");
const OTHER_METHOD = Buffer.from("041500014e", "hex");

const FIRST_BYTES: readonly Said[] = range(256).flatMap((first) =>
  ["", "00", "0001", "000100", "00010000", "0001000000", "00016100"].map((hex) =>
    said(first, Buffer.from(hex, "hex")),
  ),
);

const ACK_TYPES = [0x40, 0x50, 0x62, 0x70];

function acks(values: readonly number[], blocks: readonly Buffer[]): readonly Said[] {
  return ACK_TYPES.flatMap((first) => [
    ...IDS.flatMap((id) => [
      said(first, u16(id)),
      said(first, u16(id), NONE),
      said(first, u16(id), bytes(0x92)),
    ]),
    ...ALL.map((code) => said(first, u16(1), bytes(code))),
    ...values.flatMap((code) => [
      said(first, u16(9), bytes(code), NONE),
      said(first, u16(1), bytes(code), NONE, NONE),
    ]),
    ...blocks.map((block) => said(first, u16(9), NONE, block)),
  ]);
}

function disconnects(values: readonly number[], blocks: readonly Buffer[]): readonly Said[] {
  return [
    ...values.flatMap((code) => [said(0xe0, bytes(code)), said(0xe0, bytes(code), NONE)]),
    ...blocks.map((block) => said(0xe0, bytes(0x8b), block)),
  ];
}

function auths(blocks: readonly Buffer[]): readonly Said[] {
  return [
    ...ALL.flatMap((code) => [said(0xf0, bytes(code), METHOD), said(0xf0, bytes(code), NONE)]),
    ...[0, 0x18, 0x19].map((code) => said(0xf0, bytes(code), OTHER_METHOD)),
    ...[0, 0x18].flatMap((code) => blocks.map((block) => said(0xf0, bytes(code), block))),
  ];
}

function connacks(values: readonly number[], blocks: readonly Buffer[]): readonly Said[] {
  return [
    ...values.flatMap((value) => [
      ...[0, 1, 5, 0x84, 0x85, 255].map((code) => said(0x20, bytes(value, code), NONE)),
      ...[0, 1, 2].flatMap((flags) => [NONE, METHOD].map((block) => said(0x20, bytes(flags, value), block))),
      ...[0, 1, 2].map((flags) => said(0x20, bytes(flags, value))),
    ]),
    ...[0, 0x84, 0x9c].flatMap((code) => blocks.map((block) => said(0x20, bytes(0, code), block))),
  ];
}

function requestAnswers(
  first: number,
  values: readonly number[],
  blocks: readonly Buffer[],
): readonly Said[] {
  return [
    ...values.flatMap((code) => [
      said(first, u16(1), NONE, bytes(code, 0)),
      said(first, u16(1), NONE, bytes(0x80, code)),
    ]),
    ...IDS.map((id) => said(first, u16(id), NONE, bytes(0, 0x80))),
    ...range(6).map((count) => said(first, u16(1), NONE, Buffer.alloc(count))),
    ...blocks.map((block) => said(first, u16(1), block, bytes(0, 0x80))),
  ];
}

/** The flags of a PUBLISH: QoS 0, 1 and 2, first and repeated, retained or not. */
const PUBLISHES = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d];
/** So many bytes of payload: none, few, and more than the receive buffer holds. */
const PAYLOADS = [0, 3, 400].map((length) => Buffer.alloc(length, 0x78));

function publish(first: number, topic: string | Buffer, id: number, ...rest: readonly Buffer[]): Said {
  const name = Buffer.from(topic);
  return said(first, u16(name.length), name, (first & 6) === 0 ? bytes() : u16(id), ...rest);
}

const ALIASES = range(5)
  .concat(255, 256, 0xffff)
  .map((alias) => Buffer.concat([bytes(3, 0x23), u16(alias)]));

const MESSAGES: readonly Said[] = [
  ...[0x30, 0x34].flatMap((first) =>
    [...TOPICS, ...NOT_UTF8_TOPICS].flatMap((topic) =>
      PAYLOADS.map((payload) => publish(first, topic, 9, NONE, payload)),
    ),
  ),
  ...PUBLISHES.flatMap((first) =>
    IDS.flatMap((id) => PAYLOADS.map((payload) => publish(first, "a", id, NONE, payload))),
  ),
  ...[0x30, 0x32, 0x34].flatMap((first) =>
    [1, 2, 3, 100, 0xffff].flatMap((topicLength) =>
      range(Math.min(topicLength + 4, 8)).map((length) =>
        said(first, u16(topicLength), Buffer.alloc(length, 0x61)),
      ),
    ),
  ),
  ...ALIASES.flatMap((block) =>
    ["", "a", "known", "#"].flatMap((topic) => [
      publish(0x30, topic, 9, block),
      publish(0x32, topic, 9, block),
    ]),
  ),
];

function messages(blocks: readonly Buffer[]): readonly Said[] {
  return blocks.flatMap((block) => [publish(0x30, "a", 0, block), publish(0x32, "a", 9, block, bytes(1))]);
}

/** What can be right at the moment is said in every way, what is wrong anyway or like at another moment in a few. */
export function fiveSayingsAt({ connect, request, acks: expected, method }: FiveMoment): readonly Said[] {
  const isQuiet = connect === null && request === null && expected === null;
  const [values, blocks] = isQuiet ? [ALL, BLOCKS] : [FEW, FEW_BLOCKS];
  return [
    ...FIRST_BYTES,
    ...(connect === null ? MESSAGES : []),
    ...messages(blocks),
    ...acks(values, blocks),
    ...disconnects(values, blocks),
    ...(connect === null ? connacks(FEW, FEW_BLOCKS) : connacks(ALL, BLOCKS)),
    ...[0x90, 0xb0].flatMap((first) =>
      request === null ? requestAnswers(first, FEW, FEW_BLOCKS) : requestAnswers(first, ALL, BLOCKS),
    ),
    ...auths(method === null ? FEW_BLOCKS : BLOCKS),
  ];
}
