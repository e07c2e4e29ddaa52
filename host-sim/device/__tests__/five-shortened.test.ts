// Owns the claim that a packet which is larger than the receive buffer only for what it says to people is read as if it had not
// said it, however it is cut; and that one which is larger even so, or wrong, closes.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Core, loadModule } from "../core.ts";
import { CloseReason, Event, Property } from "../layout.generated.ts";
import type { BlockUnderTest, Seen } from "./support/block-under-test.ts";
import {
  connectBytes,
  connectedFive,
  idleFive,
  prepared,
  publishFive,
  subscribeFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const RECEIVE_BYTES = 256;
const CONNECT = 1;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push((left % 128) | (left > 127 ? 128 : 0));
    if (left < 128) return Buffer.from(bytes);
  }
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
}

function numbered(id: number, ...bytes: readonly number[]): Buffer {
  return Buffer.of(id, ...bytes);
}

function worded(id: number, value: string): Buffer {
  return Buffer.concat([Buffer.of(id), text(value)]);
}

function pair(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(Property.UserProperty), text(name), text(value)]);
}

/** A packet with these properties between its fixed part and its codes. */
interface Shape {
  readonly first: number;
  readonly fixed: readonly number[];
  readonly codes: readonly number[];
}

function bytesOf({ first, fixed, codes }: Shape, properties: readonly Buffer[]): Buffer {
  const inner = Buffer.concat(properties);
  const body = Buffer.concat([Buffer.from(fixed), varint(inner.length), inner, Buffer.from(codes)]);
  return Buffer.concat([Buffer.of(first), varint(body.length), body]);
}

const CONNACK: Shape = { first: 0x20, fixed: [0, 0], codes: [] };
const PUBACK: Shape = { first: 0x40, fixed: [0, 1, 0x10], codes: [] };
const SUBACK: Shape = { first: 0x90, fixed: [0, 1], codes: [1, 0x87] };
const DISCONNECT: Shape = { first: 0xe0, fixed: [0x9d], codes: [] };
const AUTH: Shape = { first: 0xf0, fixed: [0x18], codes: [] };

/** A client that takes messages in parts, so that it names no largest packet, and waits for such a packet. */
const WAITING: Readonly<Record<string, () => BlockUnderTest>> = {
  CONNACK: () => {
    const block = idle();
    connectBytes(block);
    return block;
  },
  PUBACK: () => {
    const block = connected();
    publishFive(block, "t", "x", 1);
    block.collect();
    return block;
  },
  SUBACK: () => {
    const block = connected();
    subscribeFive(block, "a", 1);
    subscribeFive(block, "b", 1);
    block.collect();
    return block;
  },
  DISCONNECT: () => connected(),
  AUTH: () => {
    const block = idle();
    const method = prepared(block, CONNECT, [[Property.AuthMethod, "SCRAM"]]);
    core.exports.setConnectProperties(block.client, method);
    connectBytes(block);
    return block;
  },
};

interface Case {
  readonly name: string;
  readonly shape: Shape;
  /** What the client needs, in an order that may be mixed with what it does not. */
  readonly kept: readonly Buffer[];
}

const CASES: readonly Case[] = [
  {
    name: "CONNACK",
    shape: CONNACK,
    kept: [
      numbered(Property.ReceiveMaximum, 0, 2),
      worded(Property.AssignedClientId, "named-by-the-broker"),
      numbered(Property.MaximumQos, 1),
      numbered(Property.TopicAliasMaximum, 0, 7),
    ],
  },
  { name: "PUBACK", shape: PUBACK, kept: [] },
  { name: "SUBACK", shape: SUBACK, kept: [] },
  { name: "DISCONNECT", shape: DISCONNECT, kept: [worded(Property.ServerReference, "other:1883")] },
  {
    name: "AUTH",
    shape: AUTH,
    kept: [worded(Property.AuthMethod, "SCRAM"), worded(Property.AuthData, "challenge")],
  },
];

function idle(): BlockUnderTest {
  return idleFive(core, {
    receiveBytes: RECEIVE_BYTES,
    prepare: (block) => core.exports.setTakesParts(block.client, 1),
  });
}

function connected(): BlockUnderTest {
  return connectedFive(core, {
    receiveBytes: RECEIVE_BYTES,
    prepare: (block) => core.exports.setTakesParts(block.client, 1),
  });
}

function waiting(name: string): BlockUnderTest {
  return (WAITING[name] as () => BlockUnderTest)();
}

/** Brings `bytes` in pieces of these sizes, round and round. */
function feedAll(block: BlockUnderTest, bytes: Buffer, sizes: readonly number[]): readonly Seen[] {
  const events: Seen[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    const taken = block.feed(bytes.subarray(at, at + size));
    events.push(...block.events());
    if (taken === 0) break;
    at += taken;
  }
  events.push(...block.events());
  return events;
}

/** What it made of a packet: its events, what it sends then, and what it learned. */
function outcome(name: string, bytes: Buffer, sizes: readonly number[]): unknown {
  const block = waiting(name);
  const events = feedAll(block, bytes, sizes);
  const { client } = block;
  const learned = ["quota", "clientId", "phase", "closeReason", "inflight"] as const;
  return {
    events: events.map(({ event, code, flag, reason, properties, ticket }) => ({
      event,
      code,
      flag,
      reason,
      ticket,
      properties: properties.map((property) => property.toString("hex")),
    })),
    sent: block.collect().toString("hex"),
    learned: learned.map((field) => block.field(field)),
    guards: block.areGuardsIntact(),
    aliases: publishFive(block, "after/the/packet", "x", 1) > 0 && block.collect().toString("hex"),
    client: client > 0,
  };
}

/** Words of the broker's for people, more than the buffer holds. */
const talk = fc
  .record({
    reason: fc.option(fc.string({ unit: "binary", maxLength: 200 }), { nil: null }),
    pairs: fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 90 }), fc.string({ unit: "binary" }))),
    long: fc.integer({ min: RECEIVE_BYTES, max: 3000 }),
  })
  .map(({ reason, pairs, long }) => [
    ...(reason === null ? [] : [worded(Property.ReasonString, reason.replaceAll("\0", "0"))]),
    ...pairs.map(([name, value]) => pair(name.replaceAll("\0", "0"), value.replaceAll("\0", "0"))),
    pair("long", "ä€𝄞x".repeat(Math.ceil(long / 10))),
  ]);

/** The kept ones in their order, with the others between them. */
function mixed(kept: readonly Buffer[], others: readonly Buffer[], places: readonly number[]): Buffer[] {
  const all = [...kept];
  for (const [i, other] of others.entries())
    all.splice((places[i % places.length] ?? 0) % (all.length + 1), 0, other);
  return all;
}

describe("a packet that is too large only for what it says to people", () => {
  for (const { name, shape, kept } of CASES) {
    it(`is read without it: ${name}`, () => {
      fc.assert(
        fc.property(
          talk,
          fc.array(fc.nat(9), { minLength: 1 }),
          fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
          (others, places, sizes) => {
            const large = bytesOf(shape, mixed(kept, others, places));
            assert.deepEqual(outcome(name, large, sizes), outcome(name, bytesOf(shape, kept), [1000]));
          },
        ),
        { seed: 5, numRuns: 150 },
      );
    });
  }

  it("leaves the packets behind it as they are", () => {
    const block = connected();
    publishFive(block, "t", "x", 1);
    publishFive(block, "t", "y", 1);
    block.collect();
    const stream = Buffer.concat([
      bytesOf(PUBACK, [pair("k", "v".repeat(900))]),
      bytesOf({ ...PUBACK, fixed: [0, 2, 0] }, []),
      Buffer.from("30080001740000000000".slice(0, 20), "hex"),
    ]);
    const seen = feedAll(block, stream, [7]).map(({ event }) => event);
    assert.deepEqual(seen.slice(0, 2), [Event.Published, Event.Published]);
    assert.equal(block.closeReason, CloseReason.None);
  });
});

describe("a packet that is too large", () => {
  const closes = (name: string, bytes: Buffer, reason: number): void => {
    for (const size of [1, 3, 64, 1000]) {
      const block = waiting(name);
      feedAll(block, bytes, [size]);
      assert.equal(block.closeReason, reason, `in pieces of ${size}`);
      assert.ok(block.areGuardsIntact());
    }
  };
  const long = pair("long", "x".repeat(400));

  it("even without what it says to people closes", () => {
    const reference = worded(Property.ServerReference, "r".repeat(300));
    closes("DISCONNECT", bytesOf(DISCONNECT, [reference, long]), CloseReason.PacketTooLarge);
    const data = worded(Property.AuthData, "d".repeat(150));
    const method = worded(Property.AuthMethod, `SCRAM${"-".repeat(100)}`);
    closes("AUTH", bytesOf(AUTH, [method, data, long]), CloseReason.PacketTooLarge);
  });

  it("closes for what is wrong with it, as a small one does", () => {
    const illFormed = Buffer.concat([Buffer.of(Property.ReasonString), text(Buffer.alloc(500, 0xc3))]);
    const zero = Buffer.concat([Buffer.of(Property.ReasonString), text(`${"x".repeat(499)}\0`)]);
    const cut = Buffer.concat([
      Buffer.of(Property.ReasonString),
      text(Buffer.from(`${"x".repeat(499)}€`).subarray(0, 500)),
    ]);
    for (const property of [illFormed, zero, cut])
      closes("PUBACK", bytesOf(PUBACK, [property]), CloseReason.BadProperties);
    closes("PUBACK", bytesOf(PUBACK, [long, numbered(Property.MaximumQos, 1)]), CloseReason.BadProperties);
    closes("PUBACK", bytesOf(PUBACK, [long, Buffer.of(0)]), CloseReason.BadProperties);
    closes("SUBACK", bytesOf({ ...SUBACK, codes: [1] }, [long]), CloseReason.BadSuback);
    closes(
      "CONNACK",
      bytesOf(CONNACK, [long, numbered(Property.MaximumQos, 1), numbered(Property.MaximumQos, 1)]),
      CloseReason.BadPropertyValue,
    );
  });

  it("closes when its lengths do not agree", () => {
    const whole = bytesOf(PUBACK, [long]);
    const tooMany = Buffer.from(whole);
    tooMany[6] = 0xff; // of the properties, more than there are
    tooMany[7] = 0x7f;
    closes("PUBACK", tooMany, CloseReason.BadProperties);
    const beyond = Buffer.from(whole);
    beyond.writeUInt16BE(0xffff, 9); // of the name, beyond the properties
    closes("PUBACK", beyond, CloseReason.BadProperties);
  });
});
