// Owns the claims that what the broker reads and writes itself is what mqtt-packet makes of it, and that lies are lies.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type Packet, parser } from "mqtt-packet";
import { ByteMemo } from "../byte-memo.ts";
import { distortAnswer, distortConnack, LIES } from "../lies.ts";
import type { PublishProperties, QoS, Version } from "../message.ts";
import { readOften } from "../often.ts";
import { ackBytes, connackBytes, PINGRESP, publishBytes } from "../packets.ts";
import { isMatch } from "../topic-tree.ts";
import { createBrokerBench } from "./support/broker-bench.ts";

const qos = fc.constantFrom(0, 1, 2);
const ANY_TOPIC = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const id = fc.integer({ min: 1, max: 65_535 });
const versions = fc.constantFrom<Version[]>(4, 5);
const acks = fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp");

function theirs(bytes: Buffer, protocolVersion: Version): Packet {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on("packet", (packet) => packets.push(packet));
  reader.parse(bytes);
  const [packet] = packets;
  assert.ok(packet);
  return packet;
}

/** Where the body begins: the lengths here take one byte or two. */
function bodyAt(bytes: Buffer): number {
  return (bytes[1] as number) < 128 ? 2 : 3;
}

test("a PUBLISH is read as mqtt-packet reads it, whatever topics came before", () => {
  const topics = new ByteMemo<string>();
  const publish = fc.record({
    topic: fc.oneof(ANY_TOPIC, fc.constantFrom("a", "b", "ab", "é", "e\u0301")),
    payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    qos,
    messageId: id,
    dup: fc.boolean(),
    retain: fc.boolean(),
    properties: fc.record(
      { topicAlias: id, messageExpiryInterval: fc.integer({ min: 0, max: 0xffff_ffff }) },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(publish, versions, (fields, protocolVersion) => {
      const bytes = generate({ cmd: "publish", ...fields } as Packet, { protocolVersion });
      const read = readOften(bytes, bodyAt(bytes), protocolVersion, topics);
      const mine = read as unknown as Record<string, unknown>;
      const other = theirs(bytes, protocolVersion) as unknown as Record<string, unknown>;
      for (const name of ["cmd", "topic", "qos", "dup", "retain"]) assert.deepEqual(mine[name], other[name]);
      assert.deepEqual({ ...(mine.properties as object) }, { ...(other.properties as object) });
      assert.deepEqual(Buffer.from(mine.payload as Uint8Array), other.payload);
      assert.equal(mine.messageId, fields.qos === 0 ? undefined : fields.messageId);
    }),
  );
});

test("a PUBLISH with other properties, and an acknowledgement with a reason, are left to mqtt-packet", () => {
  const others: readonly PublishProperties[] = [
    { contentType: "text/plain" },
    { topicAlias: 1, responseTopic: "to" },
    // the length takes two bytes, of which the second is the id of an expiry
    { userProperties: { of: "x".repeat(249) } },
  ];
  for (const properties of others) {
    const packet = { cmd: "publish", topic: "t", payload: "x", qos: 0, dup: false, retain: false } as const;
    const bytes = generate({ ...packet, properties }, { protocolVersion: 5 });
    assert.equal(readOften(bytes, bodyAt(bytes), 5, new ByteMemo()), null, Object.keys(properties).join());
  }
  const refused = generate({ cmd: "puback", messageId: 7, reasonCode: 0x87 }, { protocolVersion: 5 });
  assert.equal(readOften(refused, 2, 5, new ByteMemo()), null);
});

test("acknowledgements are read and written as mqtt-packet does it", () => {
  fc.assert(
    fc.property(acks, id, (cmd, messageId) => {
      const bytes = generate({ cmd, messageId } as Packet);
      const bytes5 = generate({ cmd, messageId, reasonCode: 0 } as Packet, { protocolVersion: 5 });
      assert.deepEqual(Buffer.from(ackBytes(cmd as "puback", messageId, 4, 0)), bytes);
      assert.deepEqual(Buffer.from(ackBytes(cmd as "puback", messageId, 5, 0)), bytes5);
      assert.deepEqual(readOften(bytes, 2, 4, new ByteMemo()), { cmd, messageId });
      assert.deepEqual(readOften(bytes5, 2, 5, new ByteMemo()), { cmd, messageId, reasonCode: 0 });
    }),
  );
});

test("PINGREQ is read, and CONNACK and PINGRESP are written as mqtt-packet does it", () => {
  assert.deepEqual(readOften(generate({ cmd: "pingreq" }), 2, 5, new ByteMemo()), { cmd: "pingreq" });
  assert.deepEqual(Buffer.from(PINGRESP), generate({ cmd: "pingresp" }));
  for (const sessionPresent of [false, true]) {
    const accepted = generate({ cmd: "connack", returnCode: 0, sessionPresent });
    assert.deepEqual(Buffer.from(connackBytes(sessionPresent, 4)), accepted);
  }
  const of31 = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });
  assert.deepEqual(Buffer.from(connackBytes(true, 3)), of31, "3.1 has no Session Present");
});

test("a PUBLISH is written as mqtt-packet writes it, at every size of its length", () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.constantFrom(16_300, 16_376, 16_377, 16_383, 16_384, 2_097_140, 2_097_152),
  );
  const fields = fc.record({ topic: ANY_TOPIC, size, qos, messageId: id, retain: fc.boolean() });
  fc.assert(
    fc.property(fields, fc.boolean(), versions, ({ size: bytes, messageId, ...rest }, isRepeat, version) => {
      // one that is on a larger piece of memory, as what came from a socket may be
      const payload = new Uint8Array(bytes + 3).fill(0x78).subarray(3);
      const dup = isRepeat && rest.qos > 0;
      const message = { ...rest, qos: rest.qos as QoS, payload, properties: null, expiresMs: Infinity };
      const mine = publishBytes({ ...message, message, subscriptionIds: [] }, messageId, dup, version, 0);
      const packet = { cmd: "publish", ...rest, messageId, dup, payload: Buffer.from(payload) };
      const theirs = generate(packet as Packet, { protocolVersion: version });
      assert.equal(Buffer.compare(mine, theirs), 0);
    }),
    { numRuns: 200 },
  );
});

test("bytes of the same digest are not taken for each other", () => {
  // a well-known collision of 32-bit FNV-1a
  const [costarring, liquid] = [Buffer.from("costarring"), Buffer.from("liquid")];
  const memo = new ByteMemo<string>();
  memo.keep(costarring, 0, costarring.length, "costarring");
  assert.equal(memo.find(liquid, 0, liquid.length), null);
  memo.keep(liquid, 0, liquid.length, "liquid");
  assert.equal(memo.find(Buffer.from("a liquid b"), 2, 8), "liquid");
  assert.equal(memo.find(costarring, 0, costarring.length), null);
});

test("what is remembered does not change with the bytes it was made from", () => {
  const bytes = Buffer.from("topic");
  const memo = new ByteMemo<string>();
  memo.keep(bytes, 0, 5, "topic");
  bytes.fill(0);
  assert.equal(memo.find(bytes, 0, 5), null);
  assert.equal(memo.find(Buffer.from("topic"), 0, 5), "topic");
});

test("a memo that is full forgets, and goes on", () => {
  const memo = new ByteMemo<number>();
  const key = (n: number): Uint8Array => Uint8Array.of(n >> 16, n >> 8, n);
  for (let n = 0; n < 100_000; n++) memo.keep(key(n), 0, 3, n);
  const known = Array.from({ length: 100_000 }, (_, n) => memo.find(key(n), 0, 3)).filter((n) => n !== null);
  assert.ok(known.length < 20_000);
  assert.equal(known.at(-1), 99_999);
});

test("wildcards match whole levels, # its parent too, and neither the topics that begin with $", () => {
  const cases: readonly [string, string, boolean][] = [
    ["a/b", "a/b", true],
    ["a/b", "A/b", false],
    ["a/b", "a/b/", false],
    ["a/+", "a/", true],
    ["a/+", "a", false],
    ["a/+", "a/b/c", false],
    ["+/+", "/x", true],
    ["+", "/x", false],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["a/#", "ab", false],
    ["#", "a/b", true],
    ["#", "$SYS/a", false],
    ["+/a", "$SYS/a", false],
    ["$SYS/#", "$SYS/a", true],
    ["a/+/#", "a", false],
    ["a/+/c", "a/b/c", true],
  ];
  for (const [filter, topic, expected] of cases)
    assert.equal(isMatch(filter, topic), expected, `${filter} ${topic}`);
});

test("each lie reaches the client as it is, and a client that is not there hears none", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d");
  for (const name of Object.keys(LIES) as (keyof typeof LIES)[]) {
    client.chunks.length = 0;
    assert.equal(bench.broker.lie("d", name), true);
    bench.advanceMs(0);
    assert.deepEqual(Buffer.concat(client.chunks), Buffer.from(LIES[name]), name);
  }
  assert.equal(bench.broker.lie("nobody", "second-connack"), false);
});

test("standing lies change CONNACK and the answers, until they are taken back", () => {
  const bench = createBrokerBench();
  bench.broker.setLies({ connack: "session-present-inverted", answer: "other-id" });
  const client = bench.connected("d", { clean: false });
  client.publish("t", "x", 1, 4);
  assert.deepEqual(client.took(), ["connack 0 present", "puback 5"]);
  bench.broker.setLies({ answer: "other-kind" });
  client.publish("t", "x", 1, 5);
  bench.broker.setLies({ answer: "twice" });
  client.publish("t", "x", 1, 6);
  bench.broker.setLies({ answer: null });
  client.publish("t", "x", 1, 7);
  assert.deepEqual(client.took(), ["pubrec 5", "puback 6", "puback 6", "puback 7"]);
});

test("no distortion leaves its packet as it was", () => {
  const connack = connackBytes(false, 4);
  for (const lie of [
    "session-present-inverted",
    "reserved-flag",
    "unknown-code",
    "too-long",
    "twice",
  ] as const) {
    assert.notDeepEqual(Buffer.from(distortConnack(connack, lie)), Buffer.from(connack), lie);
  }
  const pubrec = ackBytes("pubrec", 9, 4, 0);
  for (const lie of ["other-kind", "other-id", "twice", "skips-pubrec"] as const) {
    assert.notDeepEqual(Buffer.from(distortAnswer(pubrec, "pubrec", lie)), Buffer.from(pubrec), lie);
  }
});
