// Owns the claims about virtual time.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { after } from "../clock.ts";
import { VirtualClock } from "../virtual-clock.ts";

describe("a virtual clock", () => {
  test("runs events by time, then by insertion, and skips exactly the cancelled", () => {
    const events = fc.array(fc.record({ atMs: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(events, fc.boolean(), (list, cancelLate) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        const timers = list.map((event, id) => clock.at(event.atMs, () => ran.push(id)));
        const cancelAll = (): void => {
          for (const [id, timer] of timers.entries()) if (list[id]?.cancelled) timer.cancel();
        };
        const halfwayMs = cancelLate ? 10 : -1;
        clock.runUntil(halfwayMs);
        cancelAll();
        clock.runUntil(20);

        const kept = list.map((event, id) => ({ ...event, id }));
        const expected = kept
          .filter((event) => !event.cancelled || event.atMs <= halfwayMs)
          .sort((a, b) => a.atMs - b.atMs || a.id - b.id);
        assert.deepEqual(
          ran,
          expected.map((event) => event.id),
        );
        assert.equal(clock.nextMs, null);
      }),
    );
  });

  test("gives each event its own time, and stops at the time asked for", () => {
    const clock = new VirtualClock(100);
    const seen: number[] = [];
    clock.at(130, () => seen.push(clock.nowMs));
    clock.at(120, () => seen.push(clock.nowMs));
    clock.at(151, () => seen.push(clock.nowMs));
    clock.runUntil(150);
    assert.deepEqual(seen, [120, 130]);
    assert.equal(clock.nowMs, 150);
    assert.equal(clock.nextMs, 151);
  });

  test("runs what an event adds at its own moment, after what was already there", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.at(5, () => {
      ran.push("first");
      after(clock, 0, () => ran.push("added"));
    });
    clock.at(5, () => ran.push("second"));
    clock.runUntil(5);
    assert.deepEqual(ran, ["first", "second", "added"]);
  });

  test("never goes back: a deadline in the past is now", () => {
    const clock = new VirtualClock(50);
    let ranAtMs = -1;
    clock.at(10, () => {
      ranAtMs = clock.nowMs;
    });
    assert.equal(ranAtMs, -1, "not before at() has returned");
    clock.runUntil(20);
    assert.equal(ranAtMs, -1);
    clock.runUntil(50);
    assert.equal(ranAtMs, 50);
    assert.equal(clock.nowMs, 50);
  });

  test("runNext takes one event, and says when there is none", () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.at(2, () => ran.push(2));
    clock.at(1, () => ran.push(1));
    assert.equal(clock.runNext(), true);
    assert.deepEqual(ran, [1]);
    assert.equal(clock.nowMs, 1);
    assert.equal(clock.runNext(), true);
    assert.equal(clock.runNext(), false);
    assert.equal(clock.nowMs, 2);
  });

  test("survives an event that throws", () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.at(1, () => {
      throw new Error("broken");
    });
    clock.at(2, () => {
      ran = true;
    });
    assert.throws(() => clock.runUntil(5), /broken/);
    clock.runUntil(5);
    assert.equal(ran, true);
  });

  test("cancelling a timer from an event of the same moment keeps it from running", () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.at(1, () => second.cancel());
    const second = clock.at(1, () => {
      ran = true;
    });
    clock.runUntil(1);
    assert.equal(ran, false);
    second.cancel();
  });

  test("refuses a deadline that is no time", () => {
    assert.throws(() => new VirtualClock().at(Number.NaN, () => undefined), RangeError);
  });
});
