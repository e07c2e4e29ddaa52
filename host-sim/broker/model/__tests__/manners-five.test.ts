// Owns the claims about what the broker may do in MQTT 5 alone: refusing it, granting less than was asked for, giving messages
// back, and saying why it leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBrokerBench, type RawClient } from "./support/broker-bench.ts";

const OLD_REFUSAL = "20020001";
const QUOTA_EXCEEDED = 0x97;

function reasonsOf(client: RawClient): readonly unknown[] {
  return client.received.splice(0).map((packet) => ("reasonCode" in packet ? packet.reasonCode : null));
}

test("one that refuses MQTT 5 says so by a reason, or as 3.1.1 does, and takes 3.1.1", () => {
  for (const [refuseFive, hex] of [
    ["reason", "2003008400"],
    ["return-code", OLD_REFUSAL],
  ] as const) {
    const bench = createBrokerBench({ manners: { refuseFive } });
    const client = bench.connected("d", { version: 5 });
    assert.deepEqual(
      client.chunks.map((bytes) => Buffer.from(bytes).toString("hex")),
      [hex],
    );
    assert.equal(client.hasEnded, true);
    assert.deepEqual(bench.connected("d", { version: 4 }).took(), ["connack 0"]);
  }
});

test("its own keep-alive is announced, and is the one that counts", () => {
  const bench = createBrokerBench({ limits: { keepAliveSeconds: 20 } });
  const client = bench.connected("d", { version: 5, keepalive: 5 });
  const [connack] = client.received;
  assert.equal(connack?.cmd === "connack" && connack.properties?.serverKeepAlive, 20);
  bench.advanceMs(29_999);
  assert.equal(client.hasEnded, false);
  bench.advanceMs(1);
  assert.equal(bench.of("closed")[0]?.why, "keep-alive");
  bench.connected("old", { version: 4, keepalive: 5 });
  bench.advanceMs(7500);
  assert.equal(bench.of("closed")[1]?.why, "keep-alive", "3.1.1 has none");
});

test("a session lasts as long as is granted, which is said where it is less than was asked for", () => {
  for (const [asked, granted] of [
    [100, 30],
    [20, undefined],
  ] as const) {
    const bench = createBrokerBench({ limits: { sessionExpirySeconds: 30 } });
    const properties = { sessionExpiryInterval: asked };
    const client = bench.connected("d", { version: 5, clean: false, properties });
    const [connack] = client.received;
    assert.equal(connack?.cmd === "connack" && connack.properties?.sessionExpiryInterval, granted);
    client.cut();
    bench.advanceMs(1000 * (granted ?? asked) - 1);
    assert.equal(bench.of("session-gone").length, 0);
    bench.advanceMs(1);
    assert.equal(bench.of("session-gone")[0]?.why, "expired");
  }
});

test("a message that it gives back reaches nobody, and its id is free", () => {
  const bench = createBrokerBench({ manners: { reject: 1 } });
  const client = bench.connected("d", { version: 5 });
  client.received.length = 0;
  client.publish("t", "a", 1, 1);
  client.publish("t", "b", 2, 2);
  assert.deepEqual(reasonsOf(client), [QUOTA_EXCEEDED, QUOTA_EXCEEDED]);
  bench.broker.setManners({ reject: 0 });
  client.publish("t", "c", 2, 2);
  client.ack("pubrel", 2);
  assert.deepEqual(client.took(), ["pubrec 2", "pubcomp 2"]);
  assert.deepEqual(
    bench.of("routed").map(({ payload }) => Buffer.from(payload).toString()),
    ["c"],
  );
  assert.deepEqual(bench.of("illegal"), []);
  bench.broker.setManners({ reject: 1 });
  const old = bench.connected("old", { version: 4 });
  old.publish("t", "d", 1, 1);
  assert.deepEqual(old.took(), ["connack 0", "puback 1"], "3.1.1 cannot say it");
});

test("requests that it has not answered are not among the messages that Receive Maximum bounds", () => {
  const bench = createBrokerBench({
    limits: { receiveMaximum: 1 },
    manners: { ackDelayMs: [50, 50] },
  });
  const client = bench.connected("d", { version: 5 });
  client.subscribe("t", 1, 1);
  client.publish("t", "a", 1, 2);
  assert.deepEqual(bench.of("illegal"), []);
  client.publish("t", "b", 1, 3);
  assert.equal(bench.of("illegal")[0]?.statement, "MQTT5-3.3.4-7");
});

test("it says why it ends a connection, and when it stops if it takes its leave", () => {
  const bench = createBrokerBench({ manners: { closeReason: 0x89, announcesStop: true } });
  const client = bench.connected("d", { version: 5 });
  bench.broker.closeConnection("d");
  bench.advanceMs(0);
  assert.deepEqual(client.took(), ["connack 0", "disconnect 137"]);
  const other = bench.connected("e", { version: 5 });
  const old = bench.connected("f", { version: 4 });
  bench.broker.stop({ forget: false });
  bench.advanceMs(0);
  assert.deepEqual(other.took(), ["connack 0", "disconnect 139"]);
  assert.deepEqual([other.hasEnded, old.hasEnded, old.took()], [true, true, ["connack 0"]]);
  bench.broker.start();
  bench.broker.setManners({ announcesStop: false });
  const sudden = bench.connected("g", { version: 5 });
  bench.broker.stop({ forget: false });
  bench.advanceMs(0);
  assert.deepEqual([sudden.took(), sudden.hasEnded], [["connack 0"], false]);
});
