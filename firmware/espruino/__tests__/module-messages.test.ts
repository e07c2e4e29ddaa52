// Claims about the messages that `require("motekit")` tells: however long they are and however they come, and whatever a listener does.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchOptions } from "./support/bench.ts";
import { image } from "./support/image.ts";
import { type Program, routed, startProgram } from "./support/module-program.ts";

const MODULE = await image("module");

function program(options: object, around: Partial<BenchOptions> = {}): Program {
  return startProgram(MODULE, options, around);
}

test("a message too large for the board is skipped and told, and those after it come", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in/#", { qos: 1 });');
  bench.advanceMs(100);
  bench.say("in/large", "x".repeat(10_000), 1);
  bench.say("in/small", "here", 1);
  bench.advanceMs(2000);
  assert.deepEqual(events("too-large"), [["in/large", 10_000, null]]);
  assert.deepEqual(events("message"), [["in/small", "here", { qos: 1, retain: false, dup: false }]]);
  assert.equal(bench.count("closed"), 0);
});

test("asked for parts, it hands a large message on piece by piece", () => {
  const { bench, type, events } = program({ parts: true });
  bench.advanceMs(100);
  type('mqtt.subscribe("in/#", { qos: 1 });');
  bench.advanceMs(100);
  bench.say("in/large", "0123456789".repeat(1000), 1);
  bench.advanceMs(2000);
  const parts = events("message") as [string, string, { offset: number; total: number }][];
  assert.ok(parts.length > 5);
  assert.equal(parts.map(([, payload]) => payload).join(""), "0123456789".repeat(1000));
  let at = 0;
  for (const [, payload, { offset, total }] of parts) {
    assert.deepEqual([offset, total], [at, 10_000]);
    at += payload.length;
  }
});

test("two thousand messages back to back all come, in order", () => {
  const { bench, type, events } = program({ clean: false });
  bench.advanceMs(200);
  type('mqtt.subscribe("in", { qos: 1 });');
  bench.advanceMs(100);
  for (let i = 0; i < 2000; i++) {
    bench.say("in", `message ${i}`, 1);
    if (i % 500 === 499) bench.advanceMs(1000); // the broker queues no more than a thousand
  }
  assert.deepEqual(
    events("message").map(([, payload]) => payload),
    Array.from({ length: 2000 }, (_, i) => `message ${i}`),
  );
  assert.equal(bench.count("closed"), 1, "only the clean connection that came first");
});

test("every way of cutting what comes into pieces gives the same messages", () => {
  for (const fragment of ["bytes", "pieces"] as const) {
    const { bench, type, events } = program({});
    bench.broker.setManners({ fragment });
    bench.advanceMs(500);
    type('mqtt.subscribe("in", { qos: 2 });');
    bench.advanceMs(500);
    for (let i = 0; i < 50; i++) bench.say("in", `${i}`.repeat(i), 2);
    bench.advanceMs(60_000);
    assert.deepEqual(
      events("message").map(([, payload]) => payload),
      Array.from({ length: 50 }, (_, i) => `${i}`.repeat(i)),
    );
  }
});

test("messages at QoS 0 all come, in order, whatever their topics and lengths and however they are cut", () => {
  for (const fragment of [undefined, "bytes", "pieces"] as const) {
    const { bench, type, events } = program({});
    if (fragment !== undefined) bench.broker.setManners({ fragment });
    bench.advanceMs(500);
    type('mqtt.subscribe("in/#", { qos: 0 });');
    bench.advanceMs(500);
    const said = Array.from(
      { length: 60 },
      (_, i) => [`in/${i % 7 < 4 ? "a" : i}`, `${i}`.repeat(i)] as const,
    );
    for (const [topic, payload] of said) bench.say(topic, payload);
    bench.advanceMs(60_000);
    const seen = events("message").map(([topic, payload]) => [topic, payload]);
    assert.deepEqual(seen, said);
  }
});

test("a message at QoS 0 of which one listener throws is told to the others, and what they ask for is done", () => {
  const { bench, type } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in");');
  type('mqtt.on("message", function (topic, payload) { if (payload == "bad") throw new Error("mine"); });');
  type('mqtt.on("message", function (topic, payload) { mqtt.publish("out", payload, { qos: 1 }); });');
  bench.advanceMs(100);
  bench.say("in", "bad");
  assert.throws(() => bench.advanceMs(100), /mine/);
  bench.say("in", "good");
  bench.advanceMs(100);
  assert.deepEqual(routed(bench), ["out=bad q1", "out=good q1"]);
});

test("all listeners hear a message; one that throws is told and harms neither the others nor the loop", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in", { qos: 1 });');
  type('mqtt.on("message", function (topic, payload) { if (payload == "bad") throw new Error("mine"); });');
  type('mqtt.on("message", function (topic, payload) { print("last", payload); });');
  bench.advanceMs(100);
  bench.say("in", "bad", 1);
  assert.throws(() => bench.advanceMs(100), /mine/);
  bench.say("in", "good", 1);
  bench.advanceMs(100);
  assert.deepEqual(
    events("message").map(([, payload]) => payload),
    ["bad", "good"],
  );
  assert.deepEqual(
    bench.lines.filter((line) => line.startsWith("last")),
    ["last bad", "last good"],
  );
  assert.equal(bench.ways.length, 1);
});

test("what a listener asks for is done, and its answer is heard in turn", () => {
  const { bench, type } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in", { qos: 1 });');
  type(
    'mqtt.on("message", function (topic, payload) { if (+payload < 5) mqtt.publish("in", "" + (+payload + 1), { qos: +payload % 3 }); });',
  );
  bench.advanceMs(100);
  bench.say("in", "0", 1);
  bench.advanceMs(500);
  assert.deepEqual(routed(bench), ["in=1 q0", "in=2 q1", "in=3 q2", "in=4 q0", "in=5 q1"]);
});

test("a listener may say goodbye", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in"); mqtt.on("message", function () { mqtt.end(100); });');
  bench.advanceMs(100);
  bench.say("in", "x");
  bench.advanceMs(5000);
  assert.deepEqual(
    events("close").map(([why]) => why),
    ["goodbye"],
  );
});
