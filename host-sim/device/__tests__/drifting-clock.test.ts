// Claims about a device's own clock: how far it goes wrong, and that its timers are never early.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../random/random.ts";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { createDriftingClock } from "../drifting-clock.ts";

const DAY_MS = 86_400_000;

describe("a drifting clock", () => {
  it("begins where it is told, whatever the true time is, and gains or loses as many millionths", () => {
    for (const driftPpm of [-50_000, -20, 0, 20, 100, 50_000]) {
      const clock = new VirtualClock(123_456.5);
      const drifting = createDriftingClock(clock, { driftPpm, startMs: 2 ** 32 - 60_000 });
      assert.equal(drifting.nowMs, 2 ** 32 - 60_000);
      clock.runUntil(clock.nowMs + DAY_MS);
      const shownMs = drifting.nowMs - (2 ** 32 - 60_000);
      assert.ok(Math.abs(shownMs - DAY_MS - (DAY_MS * driftPpm) / 1e6) < 0.001, `${driftPpm}: ${shownMs}`);
    }
  });

  it("runs a timer no earlier than it shows the deadline, and less than a microsecond later, across a year", () => {
    const random = createRandom(7).stream("deadlines");
    for (const driftPpm of [-50_000, -37, -0.1, 0.1, 37, 50_000]) {
      const clock = new VirtualClock(random.between(0, 1000));
      const drifting = createDriftingClock(clock, { driftPpm, startMs: random.between(0, 2 ** 32) });
      for (let i = 0; i < 500; i++) {
        const deadlineMs = drifting.nowMs + random.exponential(DAY_MS);
        let ranMs = Number.NaN;
        drifting.at(deadlineMs, () => {
          ranMs = drifting.nowMs;
        });
        clock.runNext();
        assert.ok(ranMs >= deadlineMs, `early by ${deadlineMs - ranMs} ms`);
        assert.ok(ranMs - deadlineMs < 0.001 * 0.05, `late by ${ranMs - deadlineMs} ms`);
      }
    }
  });

  it("runs what is long due, later than the call, and not what was cancelled", () => {
    const clock = new VirtualClock(1000);
    const drifting = createDriftingClock(clock, { driftPpm: 40, startMs: 5 });
    const ran: string[] = [];
    drifting.at(-1e9, () => ran.push("past"));
    drifting.at(5, () => ran.push("now"));
    drifting.at(6, () => ran.push("cancelled")).cancel();
    assert.deepEqual(ran, []);
    clock.runUntil(1000);
    assert.deepEqual(ran, ["past", "now"]);
    assert.equal(clock.nextMs, null);
  });

  it("finds the moment near its own beginning, where its reading is coarser than true time", () => {
    const clock = new VirtualClock(0);
    const drifting = createDriftingClock(clock, { driftPpm: 33, startMs: 2 ** 32 - 1 });
    let ranMs = Number.NaN;
    drifting.at(2 ** 32 - 1 + 0.001, () => {
      ranMs = clock.nowMs;
    });
    clock.runNext();
    assert.ok(ranMs > 0 && ranMs < 0.002);
  });

  it("cannot stand still or go back", () => {
    for (const driftPpm of [-1e6, -2e6, Number.NaN])
      assert.throws(() => createDriftingClock(new VirtualClock(), { driftPpm, startMs: 0 }), RangeError);
  });
});
