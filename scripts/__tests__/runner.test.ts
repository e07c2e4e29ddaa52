import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Check } from "../checks/check.ts";
import { runChecks } from "../checks/runner.ts";

const passes: Check = { name: "passes", run: async () => [] };
const fails: Check = { name: "fails", run: async () => ["a.ts:1: wrong", "b.ts:2: wrong too"] };
const breaks: Check = { name: "breaks", run: () => Promise.reject(new Error("no such tool")) };

async function outcome(checks: readonly Check[], wanted: readonly string[] = []) {
  const lines: string[] = [];
  const exitCode = await runChecks(checks, wanted, (line) => lines.push(...line.split("\n")));
  return { exitCode, lines };
}

describe("the checks", () => {
  it("pass when every one passes", async () => {
    assert.deepEqual(await outcome([passes]), {
      exitCode: 0,
      lines: ["  pass  passes", "1 passed, 0 failed"],
    });
  });

  it("all run, whatever those before them found, and their problems are shown", async () => {
    const { exitCode, lines } = await outcome([breaks, fails, passes]);
    assert.equal(exitCode, 1);
    assert.ok(lines.includes("a.ts:1: wrong") && lines.includes("b.ts:2: wrong too"));
    assert.ok(lines.some((line) => line.includes("could not be run: Error: no such tool")));
    assert.deepEqual(lines.slice(-4), [
      "  FAIL  breaks  1 problem",
      "  FAIL  fails   2 problems",
      "  pass  passes",
      "1 passed, 2 failed",
    ]);
  });

  it("run alone when they are named", async () => {
    const { exitCode, lines } = await outcome([fails, passes], ["pass"]);
    assert.deepEqual([exitCode, lines.at(-1)], [0, "1 passed, 0 failed"]);
  });

  it("do not pass when none has the name that was asked for", async () => {
    const { exitCode, lines } = await outcome([passes], ["layring"]);
    assert.deepEqual([exitCode, lines], [2, ['There is no check "layring". There are: passes']]);
  });
});
