// Owns the claim that a client that does not read costs the broker no more than so many bytes. Refuses to know sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteMemo } from "../byte-memo.ts";
import { createBrokerBench } from "./support/broker-bench.ts";

const BACKLOG_BYTES = 50_000;
const PAYLOAD = "x".repeat(1000);

test("messages at QoS 0 for a client that leaves too much unread are dropped, and come again once it has read", () => {
  const bench = createBrokerBench({ limits: { backlogBytes: BACKLOG_BYTES } });
  const client = bench.connected("lazy");
  client.subscribe("t", 0, 1);
  client.took();
  client.pause();
  const give = (payload: string): void => {
    bench.broker.publish({ topic: "t", payload: Buffer.from(payload), qos: 0, retain: false });
    bench.advanceMs(0);
  };
  for (let i = 0; i < 1000; i++) give(PAYLOAD);
  const dropped = bench.of("dropped");
  assert.ok(dropped.every(({ why, qos }) => why === "not-read" && qos === 0));
  client.resume();
  const received = client.received.splice(0).length;
  assert.equal(received + dropped.length, 1000);
  assert.ok(received * 1005 <= BACKLOG_BYTES + 16_384 + 2 * 1005, `${received} were kept for it`);
  give("read again");
  assert.deepEqual(client.took(), ["publish - q0 t=read again"]);
});

test("a client that asks and never reads the answers is not listened to until it reads, and then all is answered", () => {
  const bench = createBrokerBench({ limits: { backlogBytes: BACKLOG_BYTES } });
  const client = bench.connected("asking");
  client.pause();
  const pings = 60_000;
  for (let i = 0; i < pings; i += 1000) client.sendBytes(Buffer.alloc(2000, Buffer.from([0xc0, 0])));
  client.publish("t", "behind them", 0);
  assert.equal(bench.of("routed").length, 0, "what it says is not read");
  client.resume();
  bench.advanceMs(0);
  assert.equal(client.received.filter(({ cmd }) => cmd === "pingresp").length, pings);
  assert.equal(bench.of("routed").length, 1);
});

test("what is remembered by its bytes is short", () => {
  const memo = new ByteMemo<string>();
  const short = Buffer.alloc(1024, 1);
  const long = Buffer.alloc(1025, 2);
  memo.keep(short, 0, short.length, "short");
  memo.keep(long, 0, long.length, "long");
  assert.equal(memo.find(short, 0, short.length), "short");
  assert.equal(memo.find(long, 0, long.length), null);
});
