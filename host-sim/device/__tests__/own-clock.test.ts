// Claims about a sensor node's own clock: it may be fast or slow, it wraps, and it begins anew at each boot. How an oscillator
// drifts is for drifting-clock.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { started } from "./support/sensor-bench.ts";

describe("a device with a clock of its own", () => {
  it("takes its readings by it: a fast one takes more of them in the same time", () => {
    const readings = (driftPpm: number) => {
      const bench = started({}, { oscillators: { driftPpm, startMs: 0, sleepDriftPpm: 0 } });
      bench.advanceMs(100_500);
      return bench.ofKind("reading").length;
    };
    assert.deepEqual([-50_000, 0, 50_000].map(readings), [96, 101, 106]);
  });

  it("goes through the wrap of its milliseconds as if it were none", () => {
    const told = (startMs: number) => {
      const bench = started({}, { oscillators: { driftPpm: 0, startMs, sleepDriftPpm: 0 } });
      bench.advanceMs(120_000);
      return bench.events.map((event, i) => [bench.toldMs[i], event]);
    };
    assert.deepEqual(told(2 ** 32 - 60_000), told(0));
  });

  it("begins anew at each boot", () => {
    const bench = started({}, { oscillators: { driftPpm: 0, startMs: 2 ** 32 - 1500, sleepDriftPpm: 0 } });
    for (let life = 0; life < 3; life++) {
      bench.advanceMs(3200);
      assert.equal(bench.ofKind("reading").at(-1)?.seq, 4);
      bench.device.restart();
    }
  });
});
