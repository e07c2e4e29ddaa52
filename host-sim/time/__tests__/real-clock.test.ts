// Owns the claims about real time that need no stopwatch.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { after } from "../clock.ts";
import { createRealClock } from "../real-clock.ts";

describe("a real clock", () => {
  test("starts where it is told to, and never goes back", () => {
    const clock = createRealClock(5_000);
    let lastMs = clock.nowMs;
    assert.ok(lastMs >= 5_000 && lastMs < 6_000);
    for (let i = 0; i < 1_000; i++) {
      const { nowMs } = clock;
      assert.ok(nowMs >= lastMs);
      lastMs = nowMs;
    }
  });

  test("runs nothing before its deadline", async () => {
    const clock = createRealClock();
    for (const delayMs of [0.2, 0.9, 1.1, 2.5, 3.7]) {
      const deadlineMs = clock.nowMs + delayMs;
      const ranAtMs = await new Promise<number>((resolve) =>
        clock.at(deadlineMs, () => resolve(clock.nowMs)),
      );
      assert.ok(ranAtMs >= deadlineMs, `${ranAtMs} is before ${deadlineMs}`);
    }
  });

  test("meets deadlines in their order, whatever the order they were asked for in", async () => {
    const clock = createRealClock();
    // So far ahead that all were asked for before the first is due, however slow the machine.
    const firstMs = clock.nowMs + 1_000;
    const ran: number[] = [];
    await new Promise<void>((resolve) => {
      for (const [id, offset] of [9, 3, 3, 6, 1, 9].entries()) {
        clock.at(firstMs + offset, () => ran.push(id));
      }
      clock.at(firstMs + 10, resolve);
    });
    assert.deepEqual(ran, [4, 1, 2, 3, 0, 5]);
  });

  test("runs what was due before it was asked for at the next turn, in the order of asking", async () => {
    const clock = createRealClock();
    const never = after(clock, 3_600_000, () => assert.fail("an hour has not passed"));
    const ran: number[] = [];
    await new Promise<void>((resolve) => {
      for (const [id, offset] of [-1, -5, -3].entries()) {
        clock.at(clock.nowMs + offset, () => ran.push(id));
      }
      assert.deepEqual(ran, []);
      setImmediate(resolve);
    });
    never.cancel();
    assert.deepEqual(ran, [0, 1, 2]);
  });

  test("never runs inside at(), and never runs what was cancelled", async () => {
    const clock = createRealClock();
    let ran = false;
    const timer = clock.at(0, () => {
      ran = true;
    });
    assert.equal(ran, false);
    timer.cancel();
    await new Promise<void>((resolve) => after(clock, 5, resolve));
    assert.equal(ran, false);
    timer.cancel();
  });

  test("goes on after an event that throws", () => {
    const script = `
      import { createRealClock } from ${JSON.stringify(new URL("../real-clock.ts", import.meta.url).href)};
      process.on("uncaughtException", () => console.log("thrown"));
      const clock = createRealClock();
      clock.at(1, () => { throw new Error("broken"); });
      clock.at(1, () => console.log("second"));
      clock.at(20, () => console.log("third"));`;
    assert.equal(runToItsEnd(script).stdout, "thrown\nsecond\nthird\n");
  });

  test("keeps the process while a timer is pending, and lets it go when all are cancelled", () => {
    const script = `
      import { createRealClock } from ${JSON.stringify(new URL("../real-clock.ts", import.meta.url).href)};
      const clock = createRealClock();
      const never = clock.at(3_600_000, () => console.log("never"));
      const tooLongForNode = clock.at(2 ** 40, () => console.log("too early"));
      clock.at(5, () => { console.log("ran"); never.cancel(); tooLongForNode.cancel(); });`;
    const { stdout, status } = runToItsEnd(script);
    assert.equal(stdout, "ran\n");
    assert.equal(status, 0);
  });
});

function runToItsEnd(script: string): { readonly stdout: string; readonly status: number | null } {
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  return spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
}
