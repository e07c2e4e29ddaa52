import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, type BenchOptions, HOME } from "./support/bench.ts";
import { image } from "./support/image.ts";

const SENSOR = await image("sensor");

const SETTINGS = {
  wifi: { ssid: HOME.ssid, password: HOME.password },
  broker: { host: "broker.home" },
  sensor: { kind: "adc", pin: "A0" },
  name: "shed",
  interval: 300,
  sleep: true,
};

/** Lets the board live and sleep for so long, waking it when its sleep is over. Answers how often it slept. */
function liveAndSleep(bench: Bench, durationMs: number): number {
  const endMs = bench.clock.nowMs + durationMs;
  const before = bench.ends.length;
  let seen = before;
  while (bench.clock.nowMs < endMs) {
    while (bench.ends.length === seen && bench.clock.nowMs < endMs) bench.advanceMs(10);
    const end = bench.ends[seen];
    if (end?.kind !== "sleep") break;
    seen++;
    bench.advanceMs(end.durationMs);
    bench.powerOn().run(SENSOR);
  }
  return seen - before;
}

function asleep(settings: object = {}, options: BenchOptions = {}): Bench {
  const bench = new Bench({ analog: () => 0.21, ...options });
  bench.storage.write("motekit.json", { ...SETTINGS, ...settings });
  bench.powerOn().run(SENSOR);
  return bench;
}

function seqs(bench: Bench): readonly number[] {
  return bench.heard("/reading").map((text) => JSON.parse(text).seq);
}

test("a sleeper wakes for each reading, is counted on, and says that it sleeps", () => {
  const bench = asleep();
  const sleeps = liveAndSleep(bench, 3_600_000);
  assert.equal(sleeps, 12);
  assert.deepEqual(seqs(bench), Array.from({ length: 13 }, (_, i) => i + 1).slice(0, seqs(bench).length));
  assert.ok(seqs(bench).length >= 12);
  const statuses = bench.heard("/status");
  assert.ok(statuses.includes("asleep") && statuses.includes("online"));
  assert.equal(bench.count("will"), 0);
  assert.deepEqual(
    bench.events.filter(({ kind }) => kind === "illegal"),
    [],
  );
});

test("it is awake for less than a second where nothing is in its way", () => {
  const bench = asleep();
  liveAndSleep(bench, 3_600_000);
  const slept = bench.ends.reduce((sum, end) => sum + (end.kind === "sleep" ? end.durationMs : 0), 0);
  assert.ok(slept > 3_600_000 - 13 * 1000, `${3_600_000 - slept} ms awake`);
});

test("the session goes on over a sleep: what was sent to it meanwhile is obeyed", () => {
  const bench = asleep({ outputs: ["D2"] });
  while (bench.ends.length === 0) bench.advanceMs(10);
  bench.say("motekit/shed/command", "output 0 on", 1);
  const [end] = bench.ends;
  bench.advanceMs(end?.kind === "sleep" ? end.durationMs : 0);
  bench.powerOn().run(SENSOR);
  bench.advanceMs(400);
  assert.deepEqual(bench.pins, [["D2", true]]);
});

test("without a broker it does not stay awake, and brings the readings of all its lives later", () => {
  const bench = asleep({ interval: 60 });
  bench.isBrokerThere = false;
  liveAndSleep(bench, 300_000);
  bench.isBrokerThere = true;
  liveAndSleep(bench, 200_000);
  const came = seqs(bench);
  assert.deepEqual(
    came,
    Array.from({ length: came.length }, (_, i) => i + 1),
  );
  assert.ok(came.length >= 6, `${came.length} readings`);
});

test("a sleep that is too long for the chip is several, and the device looks at nothing in between", () => {
  const bench = asleep({ interval: 7200 });
  liveAndSleep(bench, 5_000_000);
  const sleeps = bench.ends.map((end) => (end.kind === "sleep" ? end.durationMs : 0));
  assert.equal(sleeps.length, 4);
  for (const sleepMs of sleeps) assert.ok(sleepMs < 2_147_483, "microseconds in 31 bits");
  assert.equal(bench.told("wifi connecting").length, 1);
  bench.advanceMs(sleeps.at(-1) ?? 0);
  bench.powerOn().run(SENSOR);
  bench.advanceMs(400);
  assert.equal(bench.told("wifi connecting").length, 2);
  assert.deepEqual(seqs(bench), [1, 2]);
});

test("a snapshot is used once: a power cut after waking starts a new session", () => {
  const bench = asleep();
  while (bench.ends.length === 0) bench.advanceMs(10);
  bench.advanceMs(300_000);
  bench.powerOn().run(SENSOR);
  assert.deepEqual(bench.storage.list().includes("motekit.nap"), false);
  bench.interpreter.stop();
  bench.powerOn().run(SENSOR);
  bench.advanceMs(1000);
  assert.equal(seqs(bench).at(-1), 1);
});

test("a snapshot that was cut short is not taken up", () => {
  const bench = asleep();
  while (bench.ends.length === 0) bench.advanceMs(10);
  const saved = bench.storage.readArrayBuffer("motekit.nap");
  assert.ok(saved);
  const short = new Uint8Array(saved);
  // the number of sleeps, which is written last, never was
  short[short.length - 2] = 255;
  bench.storage.write("motekit.nap", short);
  bench.advanceMs(300_000);
  bench.powerOn().run(SENSOR);
  bench.advanceMs(1000);
  assert.deepEqual(seqs(bench), [1, 1]);
});

test("flash that is full costs the memory, not the sleep", () => {
  const bench = asleep();
  bench.storage.write("full", "x".repeat(bench.storage.getFree() - 2000));
  const sleeps = liveAndSleep(bench, 1_000_000);
  assert.ok(sleeps >= 3);
});
