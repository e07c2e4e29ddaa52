// Claims about `require("motekit")`: connections, what is published and subscribed to, refusals, and goodbyes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, type BenchOptions } from "./support/bench.ts";
import { image } from "./support/image.ts";
import { type Program, routed, startProgram } from "./support/module-program.ts";

const MODULE = await image("module");

function program(options: object, around: Partial<BenchOptions> = {}): Program {
  return startProgram(MODULE, options, around);
}

test("it connects, and tells what became of the session", () => {
  const { bench, events } = program({});
  bench.advanceMs(100);
  assert.deepEqual(bench.lines[0], "status 0");
  assert.deepEqual(events("connect"), [[{ sessionPresent: false, session: "fresh" }, null, null]]);
});

test("publishes at each QoS arrive, in order, and each end is told once", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type(`
    print("n", mqtt.publish("t/0", "zero"), mqtt.publish("t/1", "one", { qos: 1, retain: true }),
      mqtt.publish("t/2", "two", { qos: 2 }), mqtt.publish("t/0", "more"));`);
  bench.advanceMs(100);
  assert.deepEqual(routed(bench), ["t/0=zero q0", "t/1=one q1r", "t/2=two q2", "t/0=more q0"]);
  assert.ok(bench.lines.includes("n 0 1 2 0"), "at QoS 0 they went straight to the socket");
  assert.deepEqual(
    events("published")
      .map(([number]) => number)
      .sort(),
    [1, 2],
  );
});

test("messages come with topic, payload and how they came", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in/#", { qos: 2 });');
  bench.advanceMs(100);
  assert.deepEqual(events("subscribed"), [["in/#", 2, null]]);
  bench.say("in/a", "zero", 0);
  bench.say("in/b", "one", 1);
  bench.say("in/c", "two", 2);
  bench.advanceMs(100);
  assert.deepEqual(events("message"), [
    ["in/a", "zero", { qos: 0, retain: false, dup: false }],
    ["in/b", "one", { qos: 1, retain: false, dup: false }],
    ["in/c", "two", { qos: 2, retain: false, dup: false }],
  ]);
});

test("after unsubscribing nothing comes any more", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type('mqtt.subscribe("in/#");');
  bench.advanceMs(100);
  type('mqtt.unsubscribe("in/#");');
  bench.advanceMs(100);
  bench.say("in/a", "late");
  bench.advanceMs(100);
  assert.deepEqual(events("unsubscribed"), [["in/#", null, null]]);
  assert.deepEqual(events("message"), []);
});

test("what is published without a connection waits at QoS 1, and is refused at QoS 0", () => {
  const { bench, type, events } = program({ clean: false });
  bench.isBrokerThere = false;
  bench.advanceMs(1000);
  type('print("n", mqtt.publish("t", "a", { qos: 1 }), mqtt.publish("t", "b"));');
  bench.isBrokerThere = true;
  bench.advanceMs(60_000);
  assert.ok(bench.lines.includes("n 1 -12"), bench.lines.join("\n"));
  assert.deepEqual(routed(bench), ["t=a q1"]);
  assert.equal(events("published").length, 1);
});

test("a payload far larger than the outbox goes out in parts, and whole", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type(`
    var long = ""; for (var i = 0; i < 10000; i++) long += String.fromCharCode(32 + (i * 7) % 90);
    print("n", mqtt.publish("t/long", long, { qos: 2 }));`);
  bench.advanceMs(5000);
  const [message] = routed(bench);
  assert.equal(message?.length, "t/long=".length + 10_000 + " q2".length);
  const expected = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(32 + ((i * 7) % 90))).join(
    "",
  );
  assert.equal(message, `t/long=${expected} q2`);
  assert.deepEqual(events("published"), [[1, null, null]]);
  for (const way of bench.ways) assert.ok(way.longestWrite <= 268);
});

test("more topics than there is room for are published to all the same", () => {
  const { bench, type } = program({});
  bench.advanceMs(100);
  type('for (var i = 0; i < 30; i++) mqtt.publish("topic/number/" + i, "p" + i, { qos: 0 });');
  bench.advanceMs(1000);
  const arrived = routed(bench);
  assert.ok(arrived.length >= 15, `${arrived.length} of 30 had room`);
  assert.equal(arrived[0], "topic/number/0=p0 q0");
});

test("a wrong topic is refused at the call, by its status", () => {
  const { bench, type } = program({});
  bench.advanceMs(100);
  type('print("n", mqtt.publish("", "x"), mqtt.publish("a/#", "x"), mqtt.publish("t", "x", { qos: 3 }));');
  assert.ok(bench.lines.includes("n -2 -3 -5"), bench.lines.at(-1));
});

test("the status cell is born, dies by the will, and says goodbye", () => {
  const { bench, type, events } = program({ status: { topic: "shed/status" } });
  bench.advanceMs(200);
  bench.way.cut();
  bench.advanceMs(10_000);
  type("mqtt.end();");
  bench.advanceMs(10_000);
  const statuses = routed(bench).filter((message) => message.startsWith("shed/status"));
  assert.deepEqual(
    statuses.filter((message, i) => message !== statuses[i - 1]),
    [
      "shed/status=online q1r",
      "shed/status=offline q1r",
      "shed/status=online q1r",
      "shed/status=offline q1r",
    ],
  );
  assert.equal(bench.count("will"), 1);
  assert.deepEqual(
    events("close").map(([why]) => why),
    ["link", "goodbye"],
  );
});

test("the number of a message stays its own although its ticket is given out again", () => {
  const { bench, type, events } = program({});
  bench.advanceMs(100);
  type(
    'for (var i = 0; i < 5; i++) setTimeout(function () { mqtt.publish("t", "x", { qos: 1 }); }, 100 * i);',
  );
  bench.advanceMs(2000);
  assert.deepEqual(
    events("published").map(([number]) => number),
    [1, 2, 3, 4, 5],
  );
});

test("a second client of the module is refused, and so are options that cannot be", () => {
  const { bench, type } = program({});
  type('try { new (require("motekit").Client)({ host: "x" }); } catch (e) { print("caught", e.message); }');
  assert.match(bench.lines.at(-1) ?? "", /^caught motekit: /);
});

test("TLS is refused where the image has none, and nothing leaves in the clear", async () => {
  const bench = new Bench({ board: "LINUX", hasTls: true } as BenchOptions);
  bench.storage.write("motekit", await image("module", { features: { tls: false } }));
  bench
    .powerOn()
    .run(
      'try { new (require("motekit").Client)({ host: "x", tls: true }).connect(); } catch (e) { print(e.message); }',
    );
  bench.advanceMs(1000);
  assert.deepEqual(bench.lines, ["motekit: no TLS on this board"]);
  assert.equal(bench.ways.length, 0);
});

test("no packet of all this was one that a client may not send", () => {
  const { bench, type } = program({ clean: false, status: { topic: "s" } });
  bench.advanceMs(500);
  type(
    'mqtt.subscribe("in", { qos: 2 }); for (var i = 0; i < 8; i++) mqtt.publish("t", "x", { qos: i % 3 });',
  );
  for (let i = 0; i < 10; i++) {
    bench.say("in", `${i}`, 2);
    bench.advanceMs(7 + i);
    bench.way.cut();
    bench.advanceMs(3000);
  }
  assert.equal(bench.count("illegal"), 0);
});
