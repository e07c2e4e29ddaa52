// Owns everything that a server says in the hostile-peer tests: each type of packet with each field, flag and length wrong in
// turn, and right. Refuses to know what is wrong, and when it is said.

import type { Said } from "./faults.ts";
import type { Moment } from "./moments.ts";
import { NOT_UTF8_TOPICS, TOPICS } from "./topics.ts";

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const bytes = (...values: readonly number[]) => Buffer.from(values);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Our id, its neighbour, one that shares a slot with it, the last, and none. */
const IDS = [0, 1, 2, 17, 257, 0xffff];

/** Bodies around the length that a type has; as an acknowledgement they are for id 1. */
const BODIES = [bytes(), bytes(0), u16(1), bytes(0, 1, 0), bytes(0, 1, 0, 0), bytes(0, 1, 0, 0, 0)];

/** All 256 first bytes: every type that there is and is not, with every combination of flags. */
const FIRST_BYTES: readonly Said[] = range(256).flatMap((first) => BODIES.map((body) => ({ first, body })));

const ACKS: readonly Said[] = [0x40, 0x50, 0x62, 0x6a, 0x70, 0xb0].flatMap((first) =>
  IDS.map((id) => ({ first, body: u16(id) })),
);

/** CONNACK and SUBACK with every value in each place, for when they are awaited; at other moments a few of them are enough. */
const connacksWith = (values: readonly number[]): readonly Said[] =>
  values
    .flatMap((value) => [
      ...[0, 1, 5, 6, 255].map((code) => bytes(value, code)),
      ...[0, 1, 2].map((flags) => bytes(flags, value)),
    ])
    .map((body) => ({ first: 0x20, body }));

const subacksWith = (codes: readonly number[]): readonly Said[] =>
  [
    ...codes.flatMap((code) => [bytes(0, 1, code, 0), bytes(0, 1, 0x80, code)]),
    ...IDS.map((id) => Buffer.concat([u16(id), bytes(1, 2)])),
    ...range(6).map((count) => Buffer.concat([u16(1), Buffer.alloc(count)])),
  ].map((body) => ({ first: 0x90, body }));

const FEW = [0, 1, 2, 3, 127, 128, 255];

/** The flags of a PUBLISH: QoS 0, 1 and 2, first and repeated, retained or not. */
const PUBLISHES = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d];

function publish(first: number, topic: Buffer, id: number, payload: Buffer): Said {
  const hasId = (first & 6) !== 0;
  return { first, body: Buffer.concat([u16(topic.length), topic, hasId ? u16(id) : bytes(), payload]) };
}

/** So many bytes of payload: none, few, and more than the receive buffer holds. */
const PAYLOADS = [0, 3, 400].map((length) => Buffer.alloc(length, 0x78));

const WITH_TOPICS: readonly Said[] = [0x30, 0x32, 0x35].flatMap((first) =>
  [...TOPICS, ...NOT_UTF8_TOPICS].flatMap((topic) =>
    PAYLOADS.map((payload) => publish(first, topic, 9, payload)),
  ),
);

const WITH_IDS: readonly Said[] = PUBLISHES.flatMap((first) =>
  IDS.flatMap((id) => PAYLOADS.map((payload) => publish(first, Buffer.from("a"), id, payload))),
);

/** A topic that says to be longer than what there is of its packet, by few bytes and by many. */
const CUT_SHORT: readonly Said[] = [0x30, 0x32, 0x34].flatMap((first) =>
  [1, 2, 3, 100, 0xffff].flatMap((topicLength) =>
    range(Math.min(topicLength + 2, 6)).map((length) => ({
      first,
      body: Buffer.concat([u16(topicLength), Buffer.alloc(length, 0x61)]),
    })),
  ),
);

const AT_ANY_MOMENT: readonly Said[] = [...FIRST_BYTES, ...ACKS, ...WITH_TOPICS, ...WITH_IDS, ...CUT_SHORT];

export function sayingsAt({ connect, request }: Moment): readonly Said[] {
  const connacks = connacksWith(connect === null ? FEW : range(256));
  return [...AT_ANY_MOMENT, ...connacks, ...subacksWith(request === null ? FEW : range(256))];
}

/** A Remaining Length in as many bytes as are asked for, at least those that it needs. */
export function remainingLength(value: number, atLeast = 1): Buffer {
  const digits: number[] = [];
  for (let left = value; left > 0 || digits.length < Math.max(1, atLeast); left = Math.floor(left / 128))
    digits.push(left % 128);
  return Buffer.from(digits.map((digit, i) => (i < digits.length - 1 ? digit | 128 : digit)));
}

export function bytesOf({ first, body }: Said, lengthBytes = 1): Buffer {
  return Buffer.concat([bytes(first), remainingLength(body.length, lengthBytes), body]);
}
