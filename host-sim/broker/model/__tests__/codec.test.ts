// Owns the claims that what the broker reads and writes itself is what mqtt-packet makes of it, and that lies are lies.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type Packet, parser } from "mqtt-packet";
import { distortAnswer, distortConnack, LIES } from "../lies.ts";
import { ackBytes, connackBytes, PINGRESP } from "../packets.ts";
import { readOften } from "../reader.ts";
import { isMatch } from "../topic-tree.ts";
import { createBrokerBench } from "./support/broker-bench.ts";

const qos = fc.constantFrom(0, 1, 2);
const id = fc.integer({ min: 1, max: 65_535 });
const acks = fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp");

function theirs(bytes: Buffer): Packet {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
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

test("a PUBLISH is read as mqtt-packet reads it", () => {
  const publish = fc.record({
    topic: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    qos,
    messageId: id,
    dup: fc.boolean(),
    retain: fc.boolean(),
  });
  fc.assert(
    fc.property(publish, (fields) => {
      const bytes = generate({ cmd: "publish", ...fields } as Packet);
      const mine = readOften(bytes, bodyAt(bytes)) as unknown as Record<string, unknown>;
      const other = theirs(bytes) as unknown as Record<string, unknown>;
      for (const name of ["cmd", "topic", "payload", "qos", "dup", "retain"])
        assert.deepEqual(mine[name], other[name]);
      assert.equal(mine.messageId, fields.qos === 0 ? undefined : fields.messageId);
    }),
  );
});

test("acknowledgements are read and written as mqtt-packet does it", () => {
  fc.assert(
    fc.property(acks, id, (cmd, messageId) => {
      const bytes = generate({ cmd, messageId } as Packet);
      assert.deepEqual(Buffer.from(ackBytes(cmd as "puback", messageId, 4, 0)), bytes);
      assert.deepEqual(readOften(bytes, 2), { cmd, messageId });
    }),
  );
  assert.deepEqual(Buffer.from(PINGRESP), generate({ cmd: "pingresp" }));
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
  const connack = connackBytes(false, 4, undefined);
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
