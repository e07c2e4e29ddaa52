// Claims about `require("motekit")` in an image that speaks MQTT 5: properties both ways, refusals, and a broker without 5.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench, BenchOptions } from "./support/bench.ts";
import { image } from "./support/image.ts";
import { type Program, startProgram } from "./support/module-program.ts";

const WITH_5 = await image("module", { features: { mqtt5: true } });
const WITHOUT_5 = await image("module", { features: { mqtt5: false } });

function program(options: object, around: Partial<BenchOptions> = {}, module = WITH_5): Program {
  return startProgram(module, options, around);
}

function versions(bench: Bench): readonly number[] {
  return bench.events.flatMap((event) => (event.kind === "accepted" ? [event.version] : []));
}

test("it speaks 5 where nothing else is said, and 3.1.1 where it is, or where the image has no 5", () => {
  for (const [options, module, version] of [
    [{}, WITH_5, 5],
    [{ version: 4 }, WITH_5, 4],
    [{}, WITHOUT_5, 4],
  ] as const) {
    const { bench, events } = program(options, {}, module);
    bench.advanceMs(100);
    assert.deepEqual(versions(bench), [version]);
    assert.equal(events("connect").length, 1);
  }
});

test("every property of a message goes out and comes back under its name", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in/#", { qos: 1 });');
  bench.advanceMs(100);
  const properties = {
    payloadFormatIndicator: 1,
    messageExpiryInterval: 3600,
    contentType: "text/plain",
    responseTopic: "answers/shed",
    correlationData: "\0\x01",
    userProperties: { site: "roof", tag: ["a", "b"] },
  };
  type(`mqtt.publish("in/x", "hello", { qos: 1, properties: ${JSON.stringify(properties)} });`);
  bench.advanceMs(100);
  const [[topic, payload, packet] = []] = events("message");
  assert.deepEqual([topic, payload], ["in/x", "hello"]);
  assert.deepEqual((packet as { readonly properties: object }).properties, properties);
  assert.deepEqual(events("published"), [[1, null, null]]);
});

test("a message without properties has none, and a long one goes in parts with its own", () => {
  const { bench, type, events } = program({ parts: true });
  bench.advanceMs(100);
  type('mqtt.subscribe("in", { qos: 1 });');
  bench.advanceMs(100);
  type('mqtt.publish("in", "x", { qos: 1 });');
  type(`mqtt.publish("in", "${"y".repeat(700)}", { qos: 1, properties: { contentType: "text/csv" } });`);
  bench.advanceMs(1000);
  const seen = events("message").map(([, payload, packet]) => [
    (payload as string).length,
    (packet as { readonly properties?: unknown }).properties,
  ]);
  assert.deepEqual(seen, [
    [1, undefined],
    [700, { contentType: "text/csv" }],
  ]);
});

test("a property that is out of range refuses the call with a status", () => {
  const { bench, type } = program({});
  bench.advanceMs(100);
  type(`print("answers",
    mqtt.publish("t", "x", { qos: 1, properties: { payloadFormatIndicator: 2 } }),
    mqtt.publish("t", "x", { qos: 1, properties: { responseTopic: "a/#" } }),
    mqtt.publish("t", "x", { qos: 1, properties: { messageExpiryInterval: 1 } }));`);
  assert.ok(bench.lines.includes("answers -22 -24 1"), bench.lines.join("\n"));
});

test("a message that expires while there is no connection is dropped, and told so", () => {
  const { bench, type, events } = program({});
  type('mqtt.publish("t", "old", { qos: 1, properties: { messageExpiryInterval: 5 } });');
  type("mqtt.end();");
  bench.advanceMs(10_000);
  assert.deepEqual(events("dropped"), [[1, "expired", null]]);
});
