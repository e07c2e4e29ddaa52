// Owns the claim that the observer sees all a broker passed on, once each, and that its judgement misses nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectAsync } from "mqtt";
import { startAedes } from "../aedes.ts";
import { startCuttingProxy } from "../cutting-proxy.ts";
import { mosquittoOrSkip } from "../mosquitto.ts";
import {
  expectExactlyOnce,
  expectExactlyOnceInOrder,
  type Received,
  startRecordingSubscriber,
  tally,
} from "../recording-subscriber.ts";

function received(...payloads: readonly string[]): readonly Received[] {
  return payloads.map((payload, atMs) => ({ topic: "t", payload, qos: 1, retain: false, dup: false, atMs }));
}

describe("judgement", () => {
  test("each once passes in any order, but not as in order", () => {
    expectExactlyOnce(received("b", "a"), ["a", "b"]);
    expectExactlyOnceInOrder(received("a", "b"), ["a", "b"]);
    assert.throws(() => expectExactlyOnceInOrder(received("b", "a"), ["a", "b"]));
  });

  for (const [title, payloads] of [
    ["a lost one", ["a"]],
    ["a duplicate", ["a", "b", "a"]],
    ["a foreign one", ["a", "b", "c"]],
    ["a foreign one twice", ["a", "b", "c", "c"]],
    ["one lost and another twice", ["a", "a"]],
    ["nothing at all", []],
  ] as const) {
    test(`${title} is refused`, () => {
      assert.throws(() => expectExactlyOnce(received(...payloads), ["a", "b"]), assert.AssertionError);
    });
  }

  test("an expectation that names a payload twice is refused, since nothing could meet it", () => {
    assert.throws(() => tally(["a", "a"], ["a", "a"]), /differ/);
  });

  test("the tally counts every extra arrival", () => {
    const expected = { delivered: 2, lost: ["c"], duplicates: ["a", "a"], foreign: ["z"] };
    assert.deepEqual(tally(["a", "a", "z", "a", "b"], ["a", "b", "c"]), expected);
  });
});

describe("observer", () => {
  test("records topic, payload, QoS and retain, in order, and settles behind what was published before", async (t) => {
    const aedes = await startAedes();
    t.after(() => aedes.stop());
    const publisher = await connectAsync(`mqtt://127.0.0.1:${aedes.port}`);
    t.after(() => publisher.endAsync(true));
    await publisher.publishAsync("status", "online", { qos: 1, retain: true });
    const observer = await startRecordingSubscriber({ port: aedes.port, filter: "#" });
    t.after(() => observer.stop());
    await observer.waitUntil(({ length }) => length === 1);
    const readings = Array.from({ length: 50 }, (_, i) => `reading ${i}`);
    await Promise.all(readings.map((reading) => publisher.publishAsync("readings", reading, { qos: 2 })));
    await observer.settle();
    expectExactlyOnce(observer.received, ["online", ...readings]);
    const facts = observer.received.map(({ topic, qos, retain, dup }) => ({ topic, qos, retain, dup }));
    assert.deepEqual(facts[0], { topic: "status", qos: 1, retain: true, dup: false });
    assert.deepEqual(facts[1], { topic: "readings", qos: 2, retain: false, dup: false });
  });

  test("settles only when a broker that hands out one message at a time has handed out the last", async (t) => {
    const broker = await mosquittoOrSkip(t, { settings: ["max_inflight_messages 1"] });
    if (broker === undefined) return;
    const slow = await startCuttingProxy(broker.port());
    t.after(() => slow.close());
    slow.latency(3);
    const observer = await startRecordingSubscriber({ port: slow.port, filter: "readings" });
    t.after(() => observer.stop());
    const publisher = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`);
    t.after(() => publisher.endAsync(true));
    const readings = Array.from({ length: 20 }, (_, i) => `reading ${i}`);
    await Promise.all(readings.map((reading) => publisher.publishAsync("readings", reading, { qos: 1 })));
    await observer.settle();
    expectExactlyOnceInOrder(observer.received, readings);
  });
});
