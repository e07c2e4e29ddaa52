import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, type BenchOptions } from "./support/bench.ts";
import { image } from "./support/image.ts";

const MODULE = await image("module");

const TELLS_ALL = `
  ["connect", "message", "published", "dropped", "subscribed", "unsubscribed", "close", "refused", "too-large", "aborted"]
    .forEach(function (name) {
      mqtt.on(name, function (a, b, c) { print(name, JSON.stringify([a, b, c])); });
    });
`;

interface Program {
  readonly bench: Bench;
  /** Runs more of the program. */
  type(text: string): void;
  /** What was printed for each event of a name, in order. */
  events(name: string): readonly unknown[][];
}

function program(options: object, around: BenchOptions = {}): Program {
  const bench = new Bench({ board: "LINUX", accessPoint: undefined, ...around } as BenchOptions);
  bench.storage.write("motekit", MODULE);
  const interpreter = bench.powerOn();
  const given = JSON.stringify({ host: "broker.home", clientId: "shed", ...options });
  interpreter.run(
    `var mqtt = new (require("motekit").Client)(${given}); ${TELLS_ALL} print("status", mqtt.connect());`,
  );
  return {
    bench,
    type: (text) => interpreter.run(text),
    events: (name) =>
      bench.lines
        .filter((line) => line.startsWith(`${name} [`))
        .map((line) => JSON.parse(line.slice(name.length + 1)) as unknown[]),
  };
}

function routed(bench: Bench): readonly string[] {
  return bench.events.flatMap((event) =>
    event.kind === "routed" && event.origin === "board"
      ? [
          `${event.topic}=${Buffer.from(event.payload).toString("latin1")} q${event.qos}${event.retain ? "r" : ""}`,
        ]
      : [],
  );
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
