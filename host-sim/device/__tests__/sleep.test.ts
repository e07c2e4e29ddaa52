// Claims about a sensor node's sleep: it loses nothing that was accepted, at whichever call it begins, and ends when it should. A
// cut of the power is for power.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../random/random.ts";
import { Core, loadModule } from "../core.ts";
import { SensorDevice } from "../sensor-device.ts";
import { atCall } from "./support/at-call.ts";
import { SensorBench, settings, started } from "./support/sensor-bench.ts";

describe("a sleep", () => {
  /** Every reading reached the broker, and every one ended once, as published. */
  function checkNothingLost(bench: SensorBench, at: string): void {
    const taken = bench.ofKind("reading").map(({ seq }) => seq);
    assert.deepEqual(
      taken,
      taken.map((_, i) => i + 1),
      at,
    );
    assert.deepEqual(
      [...new Set(bench.broker.sequence())].sort((a, b) => a - b),
      taken,
      at,
    );
    const ended = bench.ofKind("readingEnded");
    assert.ok(
      ended.every(({ end }) => end === "published"),
      at,
    );
    assert.deepEqual(
      ended.map(({ seq }) => seq).sort((a, b) => a - b),
      taken,
      at,
    );
  }

  /** Awake again after a sleep that began at the `at`th call of the session, on a core where its old place is taken. */
  function slept(at: number): { readonly bench: SensorBench; readonly hasSlept: boolean } {
    const core = new Core(loadModule());
    const bench = new SensorBench({ intervalMs: 300 }, core);
    bench.device.powerOn({ samples: true });
    bench.advanceMs(700);
    bench.broker.sessionPresent = true;
    let hasSlept = false;
    atCall(bench, at, () => {
      bench.device.sleep(2000);
      hasSlept = bench.device.isAsleep;
      new SensorDevice(settings, { ...stranger(bench, core) }).powerOn({ samples: false });
    });
    bench.broker.publish(`motekit/${settings.name}/command`, "output 2 on");
    bench.advanceMs(6000);
    bench.device.stopSampling();
    bench.advanceMs(3000);
    bench.device.wake();
    bench.advanceMs(1000);
    return { bench, hasSlept };
  }

  /** Another device, which gets the place of the one that sleeps. */
  function stranger(bench: SensorBench, core: Core) {
    return {
      core,
      dialer: { dial: () => ({ write: () => true, end() {}, destroy() {}, pause() {}, resume() {} }) },
      clock: bench.clock,
      random: createRandom(2).stream("reconnect"),
      sample: () => null,
      observer: () => undefined,
    };
  }

  it("loses nothing that was accepted, at whichever call of the session it begins, at another address", () => {
    let sleeps = 0;
    for (let at = 1; at <= 90; at++) {
      const { bench, hasSlept } = slept(at);
      if (hasSlept) sleeps += 1;
      checkNothingLost(bench, `call ${at}`);
      assert.equal(bench.device.state.isConnected, true, `call ${at}`);
      assert.equal(bench.device.waiting, 0, `call ${at}`);
      assert.ok(bench.device.guardsIntact(), `call ${at}`);
    }
    assert.ok(sleeps >= 80, `${sleeps} sleeps`);
  });

  it("goes on with the same session: what was in flight is sent again as a duplicate, without a clean connection", () => {
    const bench = started();
    bench.advanceMs(700);
    const connects = bench.broker.ofKind("connect").length;
    bench.broker.sessionPresent = true;
    bench.broker.acknowledges = false;
    bench.advanceMs(1000);
    bench.device.sleep(1000);
    bench.broker.acknowledges = true;
    bench.advanceMs(3000);
    const again = bench.broker.ofKind("connect").slice(connects);
    assert.deepEqual(
      again.map(({ clean }) => clean),
      [false],
    );
    assert.deepEqual(
      bench.broker
        .messages("reading")
        .filter(({ text }) => text.includes('"seq":2,'))
        .map(({ dup }) => dup),
      [false, true],
    );
  });

  it("does nothing and keeps what waits until it ends, to the millisecond of its slow oscillator", () => {
    const sleepDriftPpm = 50_000;
    const bench = started({}, { oscillators: { driftPpm: 0, startMs: 0, sleepDriftPpm } });
    bench.advanceMs(700);
    bench.broker.acknowledges = false;
    bench.advanceMs(2000);
    const { waiting } = bench.device;
    assert.equal(waiting, 2);
    let wokenMs = 0;
    bench.device.sleep(21_000, () => {
      wokenMs = bench.clock.nowMs;
    });
    const told = bench.events.length;
    bench.advanceMs(19_999);
    assert.deepEqual(
      [bench.device.isAsleep, bench.device.state.isOn, bench.device.field("phase")],
      [true, false, null],
    );
    assert.deepEqual([bench.events.length, bench.device.waiting, wokenMs], [told, waiting, 0]);
    bench.advanceMs(2);
    assert.ok(Math.abs(wokenMs - 22_700) < 0.001, `${wokenMs}`);
    assert.equal(bench.device.isAsleep, false);
  });

  it("that follows a reading counts for the next: it is due when it would have been without the sleep", () => {
    const bench = started({ intervalMs: 10_000 });
    bench.device.sleep(4000);
    bench.advanceMs(20_000);
    const due = bench.events.flatMap(({ kind }, i) => (kind === "reading" ? [bench.toldMs[i]] : []));
    assert.deepEqual(due, [0, 10_000, 20_000]);
  });

  it("may end early, once; and a device that was switched off in its sleep never wakes", () => {
    const bench = started();
    bench.advanceMs(700);
    let wakes = 0;
    bench.device.sleep(60_000, () => {
      wakes += 1;
    });
    bench.advanceMs(1000);
    bench.device.wake();
    bench.device.wake();
    bench.advanceMs(70_000);
    assert.equal(wakes, 1);
    bench.device.sleep(1000, () => assert.fail("woken without power"));
    bench.advanceMs(500);
    bench.device.powerOff();
    assert.equal(bench.clock.nextMs, null);
    bench.advanceMs(5000);
    assert.deepEqual(
      [bench.device.isAsleep, bench.device.state.isOn, bench.device.waiting],
      [false, false, 0],
    );
  });

  it("takes no more readings after it when sampling was stopped meanwhile", () => {
    const bench = started();
    bench.advanceMs(700);
    bench.device.sleep(1000);
    bench.device.stopSampling();
    const { length } = bench.ofKind("reading");
    bench.advanceMs(10_000);
    assert.equal(bench.ofKind("reading").length, length);
    assert.equal(bench.device.state.isConnected, true);
  });
});
