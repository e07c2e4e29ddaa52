import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { determinismFaults } from "../checks/determinism.ts";

const REFUSED: readonly (readonly [text: string, use: string])[] = [
  ["const now = Date.now();", "Date.now"],
  ["const now = globalThis.Date.now();", "Date.now"],
  ["const clock = Date.now;", "Date.now"],
  ["const now = new Date();", "new Date()"],
  ["const now = new Date;", "new Date()"],
  ["const now = Date();", "Date()"],
  ["const x = Math.random();", "Math.random"],
  ["setTimeout(run, 5);", "setTimeout"],
  ["globalThis.setInterval(run, 5);", "setInterval"],
  ["const later = setImmediate;", "setImmediate"],
  ['import { setTimeout } from "node:timers/promises";', "setTimeout"],
  ['import * as timers from "node:timers/promises";', "node:timers/promises"],
  ["const now = performance.now();", "performance"],
  ["const now = process.hrtime.bigint();", "process.hrtime"],
  ['import { randomBytes } from "node:crypto";', "randomBytes"],
  ["const id = crypto.randomUUID();", "randomUUID"],
];

const ACCEPTED: readonly string[] = [
  "const then = new Date(atMs).toISOString();",
  "const now = clock.now();",
  "clock.at(clock.nowMs + 5, run);",
  "const x = random.next();",
  "// Date.now() and setTimeout are the clock's business",
  'const words = "Math.random()";',
  "const largest = Math.max(1, 2);",
];

describe("the check of determinism", () => {
  for (const [text, use] of REFUSED) {
    it(`refuses ${text}`, () => {
      const faults = determinismFaults("host-sim/net/link.ts", `\n${text}`);
      assert.ok(
        faults.some((line) => line.startsWith("host-sim/net/link.ts:2:") && line.includes(`: ${use} — `)),
      );
    });
  }

  for (const text of ACCEPTED) {
    it(`accepts ${text}`, () => assert.deepEqual(determinismFaults("host-sim/net/link.ts", text), []));
  }
});
