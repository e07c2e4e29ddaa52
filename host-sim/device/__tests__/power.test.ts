// Claims about a sensor node's power: it can be cut at any call that leaves the device, and nothing of the old life is left. A
// sleep is for sleep.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../random/random.ts";
import { Core, loadModule } from "../core.ts";
import { brownOut } from "../power-brown-out.ts";
import type { Modem } from "../sensor-device.ts";
import { atCall } from "./support/at-call.ts";
import { SensorBench, settings, started } from "./support/sensor-bench.ts";

const RUN_MS = 6000;

/** A run with something of everything: commands, a broker that is silent for a while, a refused connection, a goodbye. */
function play(bench: SensorBench): void {
  bench.device.powerOn({ samples: true });
  bench.advanceMs(1500);
  bench.broker.publish(`motekit/${settings.name}/command`, "output 2 on");
  bench.advanceMs(1000);
  bench.broker.acknowledges = false;
  bench.advanceMs(1000);
  bench.broker.acknowledges = true;
  bench.advanceMs(RUN_MS - 4000);
  bench.device.leave(300, () => undefined);
  bench.advanceMs(500);
}

const whole = new SensorBench();
const countCalls = atCall(whole, 0, () => undefined);
play(whole);
const CALLS = countCalls();

/** Each reading once, in order, and none that ends twice or was never taken; a new life begins with 1. */
function checkLives(bench: SensorBench): void {
  let last = 0;
  let open = new Set<number>();
  for (const event of bench.events) {
    if (event.kind === "reading") {
      if (event.seq === 1) [last, open] = [0, new Set()];
      assert.equal(event.seq, last + 1);
      last = event.seq;
      if (event.refusal === null) open.add(event.seq);
    }
    if (event.kind === "readingEnded") assert.ok(open.delete(event.seq), `reading ${event.seq} ends unasked`);
  }
}

describe("a power cut at every call that leaves the device", () => {
  it("meets enough of them, of every kind", () => {
    assert.ok(CALLS > 60, `${CALLS} calls`);
    for (const kind of [
      "opening",
      "connected",
      "message",
      "output",
      "readingEnded",
      "status",
      "closed",
    ] as const)
      assert.ok(whole.ofKind(kind).length > 0, kind);
  });

  it("ends everything there: nothing is told or written any more, and no timer is left", () => {
    for (let at = 1; at <= CALLS; at++) {
      const core = new Core(loadModule());
      const from = core.allocate(8);
      const bench = new SensorBench({}, core);
      const memory = () => Buffer.from(core.bytes.subarray(from, core.allocate(8)));
      let told = 0;
      let left = memory();
      let isTimerLeft = false;
      atCall(bench, at, () => {
        bench.device.powerOff();
        told = bench.events.length;
        left = memory();
        bench.clock.at(bench.clock.nowMs + 1, () => {
          isTimerLeft = bench.clock.nextMs !== null;
        });
      });
      play(bench);
      assert.equal(bench.device.state.isOn, false);
      bench.onCallOut = () => assert.fail(`call ${at}: the device does something without power`);
      bench.advanceMs(60_000);
      assert.equal(bench.events.length, told, `call ${at}: told after the cut`);
      assert.equal(isTimerLeft, false, `call ${at}: a timer is left`);
      assert.equal(bench.openStreams, 0, `call ${at}: a stream is left`);
      assert.ok(memory().subarray(0, left.length).equals(left), `call ${at}: written without power`);
      assert.ok(bench.device.guardsIntact());
    }
  });

  it("and power at once again begins a life that works, with nothing of the old one in it", () => {
    for (let at = 1; at <= CALLS; at++) {
      const bench = new SensorBench();
      atCall(bench, at, () => bench.device.restart());
      play(bench);
      if (!bench.device.state.isOn) bench.device.powerOn({ samples: true });
      bench.device.restart();
      const before = bench.events.length;
      bench.advanceMs(3500);
      checkLives(bench);
      const life = bench.events.slice(before).filter(({ kind }) => kind === "reading");
      assert.equal(life.length, 3, `call ${at}`);
      assert.equal(bench.device.state.isConnected, true, `call ${at}`);
      assert.ok(bench.device.guardsIntact(), `call ${at}`);
    }
  });

  it("by a brown-out, again and again for as long as it lasts, ends in one life that works", () => {
    const bench = started();
    const random = createRandom(3).stream("brown-out");
    const restarts: number[] = [];
    const restart = () => {
      restarts.push(bench.clock.nowMs);
      bench.device.restart();
    };
    bench.advanceMs(1000);
    brownOut(5000, restart, bench.clock, random);
    bench.advanceMs(15_000);
    const lives = restarts.slice(1).map((ms, i) => ms - (restarts[i] as number));
    assert.equal(restarts[0], 1000);
    assert.ok(lives.length > 6 && lives.every((ms) => ms >= 200 && ms < 600), `${lives}`);
    assert.ok((restarts.at(-1) as number) < 6000);
    checkLives(bench);
    assert.equal(bench.device.state.isConnected, true);
    brownOut(5000, restart, bench.clock, random)();
    const count = restarts.length;
    bench.advanceMs(5000);
    assert.equal(restarts.length, count, "it was called off");
  });
});

describe("a device that loses power", () => {
  it("has its modem vanish before its stream is let go, so that no packet leaves", () => {
    const calls: string[] = [];
    const modem: Modem = { powerOff: (keeps) => calls.push(keeps) };
    const bench = started({}, { modem });
    bench.advanceMs(500);
    bench.onCallOut = () => calls.push("stream");
    bench.device.powerOff();
    assert.deepEqual(calls, ["nothing", "stream"]);
    bench.device.powerOn({ samples: false });
    bench.advanceMs(500);
    calls.length = 0;
    bench.device.sleep(1000);
    assert.deepEqual(calls, ["cache", "stream"]);
  });

  it("gives the same memory back to the next of its size, and thousands leave no trace", () => {
    const core = new Core(loadModule());
    const first = new SensorBench({}, core);
    first.device.dispose();
    const { memoryBytes } = core;
    for (let i = 0; i < 200; i++) {
      const bench = new SensorBench({}, core);
      bench.device.powerOn({ samples: true });
      bench.advanceMs(500);
      assert.equal(bench.device.state.isConnected, true);
      bench.device.sleep(1000);
      if (i % 2 === 0) bench.advanceMs(2000);
      bench.device.dispose();
    }
    assert.equal(core.memoryBytes, memoryBytes);
  });

  it("tells of a byte written on either side of its own, also after it slept since", () => {
    for (const side of ["before", "after"]) {
      const core = new Core(loadModule());
      const from = core.allocate(8);
      const bench = new SensorBench({}, core);
      const to = core.allocate(8);
      bench.device.powerOn({ samples: true });
      assert.equal(bench.device.guardsIntact(), true);
      core.bytes[side === "before" ? from + 8 + 63 : to - 1 - 7] = 0;
      assert.equal(bench.device.guardsIntact(), false, side);
      bench.device.sleep(1000);
      bench.advanceMs(2000);
      assert.equal(bench.device.guardsIntact(), false, side);
    }
  });
});

describe("steps", () => {
  it("are waited for one by one, by several at once, and over lives", () => {
    const bench = new SensorBench();
    const reached: number[] = [];
    for (const count of [3, 1, 2, 2]) bench.device.afterSteps(count, () => reached.push(count));
    assert.equal(reached.length, 0);
    bench.device.afterSteps(2, () => bench.device.powerOff());
    bench.device.powerOn({ samples: true });
    assert.deepEqual(reached, [1]);
    bench.advanceMs(100);
    assert.deepEqual(reached, [1, 2, 2]);
    bench.device.powerOn({ samples: true });
    assert.deepEqual(reached, [1, 2, 2, 3]);
    bench.device.afterSteps(0, () => reached.push(0));
    assert.equal(reached.at(-1), 0);
  });
});
