// Owns the claims that what a client may not send is refused with its statement, and that what it may send is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STATEMENTS, statementId } from "../statements.ts";
import { OFFENCES } from "./support/breaches.ts";
import { createBrokerBench } from "./support/broker-bench.ts";
import { connect, field, frame, u16 } from "./support/bytes.ts";

test("every statement that the broker watches over is broken by one of the offences below", () => {
  const committed = new Set(OFFENCES.map(({ breach }) => breach));
  assert.deepEqual(
    Object.keys(STATEMENTS).filter((breach) => !committed.has(breach as keyof typeof STATEMENTS)),
    [],
  );
});

for (const [index, { breach, version, limits, manners, authentication, commit }] of OFFENCES.entries()) {
  const statement = statementId(breach, version);
  const { what } = STATEMENTS[breach];
  test(`offence ${index}: ${what}, in version ${version}, is refused with ${statement}`, () => {
    const bench = createBrokerBench({
      ...(limits && { limits }),
      ...(manners && { manners }),
      ...(authentication && { authentication }),
    });
    commit(bench);
    assert.deepEqual(
      bench.of("illegal").map((event) => [event.statement, event.what, event.origin]),
      [[statement, what, "d"]],
    );
    const closed = bench.of("closed").at(-1);
    assert.equal(closed?.why, breach === "afterDisconnect" ? "disconnect" : "illegal");
    assert.equal(bench.broker.counts.illegal, 1);
  });
}

test("a breach closes the connection before anything that follows it counts, and lets the will out", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d", {
    will: { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: true },
  });
  client.sendBytes(Buffer.concat([frame(0x36, field("t"), u16(1)), frame(0x30, field("t"))]));
  assert.deepEqual(
    bench.of("routed").map(({ topic }) => topic),
    ["w"],
  );
  assert.equal(client.hasEnded, true);
});

test("MQTT 5 is told why: in CONNACK before it was accepted, in DISCONNECT after", () => {
  const bench = createBrokerBench();
  const early = bench.dial("d", 5);
  early.sendBytes(connect(3, [field("d")], 5));
  assert.deepEqual(early.took(), ["connack 129"]);
  const late = bench.connected("d", { version: 5 });
  late.sendBytes(frame(0x30, field("a/#"), 0));
  assert.deepEqual(late.took(), ["connack 0", "disconnect 144"]);
});

test("3.1.1 is told nothing, but for a client id that is refused and a level that is not spoken", () => {
  const bench = createBrokerBench();
  const cases: readonly [Buffer, readonly string[]][] = [
    [connect(3, [field("d")]), []],
    [connect(0, [field("")]), ["connack 2"]],
    [frame(0x10, field("MQTT"), 3, 2, u16(0), field("d")), ["connack 1"]],
    [frame(0x10, field("MQIsdp"), 4, 2, u16(0), field("d")), ["connack 1"]],
  ];
  for (const [bytes, answer] of cases) {
    const client = bench.dial("d");
    client.sendBytes(bytes);
    assert.deepEqual([client.took(), client.hasEnded], [answer, true]);
  }
  assert.equal(bench.of("illegal").length, 2, "a level that is not spoken is no offence");
});

const LEGAL: readonly [string, Buffer][] = [
  ["a client id of 100 bytes in 3.1.1", connect(2, [field("x".repeat(100))])],
  ["an empty client id with CleanSession", connect(2, [field("")])],
  [
    "every field of CONNECT",
    connect(0xf6, [field("d"), field("w"), field(""), field("ü"), field(Buffer.from([0, 255]))]),
  ],
  ["U+FEFF and characters beyond the first plane", connect(2, [field("\ufeff😀")])],
];

for (const [what, bytes] of LEGAL) {
  test(`${what} is legal`, () => {
    const bench = createBrokerBench();
    const client = bench.dial("d");
    client.sendBytes(bytes);
    assert.deepEqual(client.took(), ["connack 0"]);
    assert.deepEqual(bench.of("illegal"), []);
  });
}

const LEGAL_LATER: readonly [string, Buffer, readonly string[]][] = [
  ["a PUBREL for an id that nobody knows", frame(0x62, u16(9)), ["pubcomp 9"]],
  ["an empty payload", frame(0x32, field("t"), u16(9)), ["puback 9"]],
  ["a topic of one slash", frame(0x32, field("/"), u16(9)), ["puback 9"]],
  ["a topic with spaces and capitals", frame(0x32, field("A b/ /c"), u16(9)), ["puback 9"]],
  [
    "filters with every place of a wildcard",
    frame(0x82, u16(9), field("+/a/+/#"), 0, field("#"), 1, field("+"), 2),
    ["suback 9 0,1,2"],
  ],
  ["an UNSUBSCRIBE of what was never subscribed", frame(0xa2, u16(9), field("x")), ["unsuback 9"]],
  [
    "a remaining length that is longer than it need be, before 5",
    Buffer.from([0xc0, 0x80, 0x00]),
    ["pingresp"],
  ],
  ["the largest packet id", frame(0x32, field("t"), u16(65_535)), ["puback 65535"]],
];

for (const [what, bytes, answer] of LEGAL_LATER) {
  test(`${what} is legal, also when it comes byte by byte`, () => {
    for (const size of [bytes.length, 1]) {
      const bench = createBrokerBench();
      const client = bench.connected("d");
      for (let at = 0; at < bytes.length; at += size) client.sendBytes(bytes.subarray(at, at + size));
      assert.deepEqual(client.took(), ["connack 0", ...answer]);
      assert.deepEqual(bench.of("illegal"), []);
    }
  });
}

test("DUP is legal on what an earlier connection of the session may have carried, and within one before MQTT 5", () => {
  const bench = createBrokerBench();
  bench.connected("d", { clean: false }).cut();
  const back = bench.connected("d", { clean: false });
  back.publish("t", "first sending lost", 1, 5, { dup: true });
  back.publish("t", "x", 2, 6);
  back.publish("t", "x", 2, 6, { dup: true });
  assert.deepEqual(back.took(), ["connack 0 present", "puback 5", "pubrec 6", "pubrec 6"]);
  assert.deepEqual(bench.of("illegal"), []);
});

test("an id is free once its acknowledgement has left: another message under it is legal", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d");
  client.publish("t", "a", 1, 1);
  client.publish("t", "b", 1, 1);
  client.publish("t", "c", 2, 1);
  client.ack("pubrel", 1);
  client.subscribe("s", 0, 1);
  assert.deepEqual(client.took(), [
    "connack 0",
    "puback 1",
    "puback 1",
    "pubrec 1",
    "pubcomp 1",
    "suback 1 0",
  ]);
});

test("a resumed session sends again in the old order, also when an id in between stands for something new", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d", { clean: false });
  for (const id of [1, 2, 3]) client.publish("t", `old ${id}`, 1, id);
  client.cut();
  const back = bench.connected("d", { clean: false });
  back.publish("t", "old 2", 1, 2, { dup: true });
  back.publish("t", "old 3", 1, 3, { dup: true });
  // its first sending was lost, and an older message had this id
  back.publish("t", "new 1", 1, 1, { dup: true });
  assert.deepEqual(bench.of("illegal"), []);
  assert.equal(bench.of("routed").length, 6);
});
