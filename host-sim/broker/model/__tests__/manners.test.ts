// Owns the claims about what the broker may do differently: that it does it, and that it stays legal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "../manners.ts";
import { type BrokerBench, createBrokerBench, type RawClient } from "./support/broker-bench.ts";

function give(bench: BrokerBench, qos: 1 | 2, text: string): void {
  bench.broker.publish({ topic: "t", payload: Buffer.from(text), qos, retain: false });
  bench.advanceMs(0);
}

test("late acknowledgements keep their order, unless they may overtake; then every id is still answered once", () => {
  for (const acksOvertake of [false, true]) {
    const bench = createBrokerBench({ manners: { ackDelayMs: [10, 1000], acksOvertake } });
    const client = bench.connected("d");
    for (let id = 1; id <= 30; id++) client.publish("t", `${id}`, 1, id);
    assert.deepEqual(client.took(), ["connack 0"], "none has left yet");
    bench.advanceMs(1000);
    const answers = client.took();
    const inOrder = Array.from({ length: 30 }, (_, i) => `puback ${i + 1}`);
    if (acksOvertake) assert.notDeepEqual(answers, inOrder);
    assert.deepEqual(
      acksOvertake ? [...answers].sort() : answers,
      acksOvertake ? [...inOrder].sort() : inOrder,
    );
  }
});

test("acknowledgements that were late at the cut never leave, and the id is still in use", () => {
  const bench = createBrokerBench({ manners: { ackDelayMs: [50, 50] } });
  const client = bench.connected("d", { clean: false });
  client.publish("t", "x", 1, 1);
  client.cut();
  bench.broker.setManners(PLAIN);
  bench.advanceMs(100);
  const back = bench.connected("d", { clean: false });
  back.publish("t", "x", 1, 1, { dup: true });
  assert.deepEqual(back.took(), ["connack 0 present", "puback 1"]);
  assert.deepEqual(bench.of("illegal"), []);
});

test("an acknowledgement that is not heeded brings the message again on resume, for QoS 2 at the step that was lost", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d", { clean: false });
  client.subscribe("t", 2, 1);
  give(bench, 2, "a");
  give(bench, 1, "b");
  give(bench, 2, "c");
  client.ack("pubrec", 1);
  bench.broker.setManners({ ignoreAck: 1 });
  client.ack("pubcomp", 1);
  client.ack("puback", 2);
  client.ack("pubrec", 3);
  client.cut();
  bench.broker.setManners(PLAIN);
  const back = bench.connected("d", { clean: false });
  assert.deepEqual(back.took(), [
    "connack 0 present",
    "pubrel 1",
    "publish 2 q1 dup t=b",
    "publish 3 q2 dup t=c",
  ]);
});

test("a repeat has DUP and the same id, is answered twice without offence, and is not sent in MQTT 5", () => {
  for (const version of [4, 5] as const) {
    const bench = createBrokerBench({ manners: { repeat: 1 } });
    const client = bench.connected("d", { version });
    client.subscribe("t", 2, 1);
    client.took();
    give(bench, 1, "a");
    give(bench, 2, "b");
    const once = ["publish 1 q1 t=a", "publish 2 q2 t=b"];
    const twice = ["publish 1 q1 t=a", "publish 1 q1 dup t=a", "publish 2 q2 t=b", "publish 2 q2 dup t=b"];
    assert.deepEqual(client.took(), version === 5 ? once : twice);
    for (const ack of ["puback", "puback"] as const) client.ack(ack, 1);
    for (const ack of ["pubrec", "pubrec", "pubcomp", "pubcomp"] as const) client.ack(ack, 2);
    assert.deepEqual(bench.of("illegal"), []);
    assert.equal(bench.of("acknowledged").length, 2);
  }
});

test("a slow CONNACK holds back all that came behind CONNECT, and nothing of it is lost", () => {
  const bench = createBrokerBench({ manners: { connackDelayMs: [500, 500] } });
  const client = bench.connected("d");
  client.publish("t", "early", 1, 1);
  bench.advanceMs(499);
  assert.deepEqual(client.took(), []);
  bench.advanceMs(1);
  assert.deepEqual(client.took(), ["connack 0", "puback 1"]);
});

test("a CONNECT that was refused, or cut while CONNACK was late, leaves nothing behind", () => {
  const bench = createBrokerBench({ manners: { connackDelayMs: [500, 500] } });
  bench.connected("d", { clean: false }).cut();
  bench.advanceMs(1000);
  bench.broker.setManners({ connackDelayMs: null, refuse: 3 });
  const refused = bench.connected("d", { clean: false });
  const refused5 = bench.connected("d", { version: 5 });
  assert.deepEqual([refused.took(), refused5.took()], [["connack 3"], ["connack 136"]]);
  assert.equal(refused.hasEnded, true);
  bench.broker.setManners(PLAIN);
  assert.deepEqual(bench.connected("d", { clean: false }).took(), ["connack 0"]);
});

test("a session forgotten in silence is announced as absent, and the observer is told", () => {
  const bench = createBrokerBench();
  bench.connected("d", { clean: false }).cut();
  bench.broker.setManners({ forgetSession: 1 });
  assert.deepEqual(bench.connected("d", { clean: false }).took(), ["connack 0"]);
  assert.deepEqual(
    bench.of("session-gone").map(({ why }) => why),
    ["forgotten"],
  );
});

test("SUBACK grants less than was asked for, or refuses, and deliveries follow it", () => {
  const bench = createBrokerBench({ manners: { grantMost: 1 } });
  const client = bench.connected("d");
  client.subscribe("t", 2, 1);
  bench.broker.setManners({ refuseFilter: 1 });
  client.subscribe("u", 2, 2);
  give(bench, 2, "x");
  bench.broker.publish({ topic: "u", payload: Buffer.from("y"), qos: 2, retain: false });
  bench.advanceMs(0);
  assert.deepEqual(client.took(), ["connack 0", "suback 1 1", "suback 2 128", "publish 1 q1 t=x"]);
});

test("fragments: every byte arrives, in order, in pieces with time between them, and FIN after the last", () => {
  for (const fragment of ["bytes", "pieces"] as const) {
    const bench = createBrokerBench({ manners: { fragment, fragmentGapMs: 2 } });
    const client = bench.connected("d");
    client.subscribe("t", 1, 1);
    give(bench, 1, "a long enough text to be cut");
    bench.broker.closeConnection("d");
    assert.equal(client.chunks.length, 1, "the rest takes time");
    bench.advanceMs(200);
    assert.deepEqual(client.took(), [
      "connack 0",
      "suback 1 1",
      "publish 1 q1 t=a long enough text to be cut",
    ]);
    const most = fragment === "bytes" ? 1 : 16;
    assert.ok(client.chunks.every(({ length }) => length <= most));
    assert.equal(client.hasEnded, true);
  }
});

test("a throttled reader takes its time, and takes everything", () => {
  const bench = createBrokerBench({ manners: { readBytesPerSecond: 10 } });
  const client = bench.connected("d");
  const startMs = bench.clock.nowMs;
  for (let id = 1; id <= 5; id++) client.publish("t", "0123456789", 1, id);
  bench.advanceMs(500);
  assert.equal(client.received.length, 1, "CONNACK alone");
  while (client.received.length < 6) assert.ok(bench.clock.runNext());
  assert.ok(bench.clock.nowMs - startMs >= 1000);
});

test("the connection closes after so many packets, and the session goes on", () => {
  const bench = createBrokerBench({ manners: { closeAfterPackets: 3 } });
  const client = bench.connected("d", { clean: false });
  for (let id = 1; id <= 3; id++) client.publish("t", "x", 1, id);
  assert.deepEqual(client.took(), ["connack 0", "puback 1", "puback 2"]);
  assert.equal(bench.of("closed")[0]?.why, "broker-closed");
  assert.deepEqual(bench.connected("d", { clean: false }).took(), ["connack 0 present"]);
});

test("MQTT 5: its Receive Maximum and Maximum Packet Size are kept to, and an expired message does not come", () => {
  const bench = createBrokerBench();
  const properties = { receiveMaximum: 2, maximumPacketSize: 40, sessionExpiryInterval: 100 };
  const client = bench.connected("d", { version: 5, clean: false, properties });
  client.subscribe("t", 1, 1);
  client.took();
  for (const text of ["a", "b", "c", "x".repeat(60)]) give(bench, 1, text);
  assert.deepEqual(client.took(), ["publish 1 q1 t=a", "publish 2 q1 t=b"]);
  client.ack("puback", 1);
  client.ack("puback", 2);
  assert.deepEqual(client.took(), ["publish 3 q1 t=c"]);
  client.cut();
  const publisher: RawClient = bench.connected("p", { version: 5 });
  const fleeting = { cmd: "publish", topic: "t", payload: "e", qos: 1, dup: false, retain: false } as const;
  publisher.send({ ...fleeting, messageId: 1, properties: { messageExpiryInterval: 5 } });
  publisher.send({ ...fleeting, payload: "f", messageId: 2, properties: { messageExpiryInterval: 50 } });
  bench.advanceMs(6000);
  const back = bench.connected("d", { version: 5, clean: false, properties });
  const lasting = back.received.at(-1);
  assert.deepEqual(back.took(), ["connack 0 present", "publish 3 q1 dup t=c", "publish 4 q1 t=f"]);
  assert.equal(lasting?.cmd === "publish" && lasting.properties?.messageExpiryInterval, 44);
  assert.deepEqual(
    bench.of("dropped").map(({ why }) => why),
    ["too-large", "expired"],
  );
});

/** A client that answers everything, against a broker with all its manners at once. */
function livelyRun(seed: number): readonly string[] {
  const manners = {
    ackDelayMs: [0, 50],
    acksOvertake: true,
    repeat: 0.3,
    ignoreAck: 0.1,
    fragment: "pieces",
  } as const;
  const bench = createBrokerBench({ seed, manners });
  const client = bench.connected("d", { clean: false });
  client.subscribe("t", 2, 1);
  const seen: string[] = [];
  for (let i = 2; i < 60; i++) {
    client.publish("t", `m${i}`, (i % 3) as 0 | 1 | 2, i);
    bench.advanceMs(20);
    for (const [index, line] of client.took().entries()) seen.push(`${bench.clock.nowMs} ${index} ${line}`);
  }
  return [...seen, ...bench.events.map((event) => event.kind)];
}

test("the same seed gives the same events at the same moments, another seed others", () => {
  assert.deepEqual(livelyRun(7), livelyRun(7));
  assert.notDeepEqual(livelyRun(7), livelyRun(8));
});
