// Owns the claims about how the modelled TCP is compared with the kernel's. Measures no kernel: that takes minutes, and rights.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../root.ts";
import { CASES, type Case } from "../validate-tcp/cases.ts";
import { asTable, compare, quantileOf } from "../validate-tcp/comparison.ts";
import { runModel } from "../validate-tcp/model.ts";

const [first] = CASES as readonly [Case, ...Case[]];
const subject: Case = { ...first, quantiles: [0.5] };

describe("a quantile", () => {
  it("lies between the two nearest samples, and is the only one there is", () => {
    assert.equal(quantileOf([30, 10, 20], 0.5), 20);
    assert.equal(quantileOf([10, 20], 0.75), 17.5);
    assert.equal(quantileOf([7], 0.99), 7);
  });
});

describe("the comparison", () => {
  const kernel = [[100], [120], [140]];

  it("agrees when the model's median lies within the kernel's own runs, and not outside them", () => {
    for (const [modelMs, agrees] of [
      [90, false],
      [95, true],
      [120, true],
      [145, true],
      [150, false],
    ] as const) {
      const [row] = compare(subject, kernel, [[modelMs]]);
      assert.equal(row?.agrees, agrees, `${modelMs} ms`);
    }
  });

  it("says in its table what does not agree", () => {
    const rows = compare(subject, kernel, [[500]]);
    assert.match(asTable(rows), /p50 \| 100 · 120 · 140 \| 500 · 500 · 500 \| \*\*no\*\* \|/);
  });
});

describe("a run of the model", () => {
  it("is the same for the same seed, comes to its end in each case, and tells as many samples as were asked for", () => {
    for (const each of CASES) {
      const samples = runModel(each, 3);
      assert.deepEqual(runModel(each, 3), samples);
      assert.equal(samples.length, each.work.kind === "reset" ? 1 : each.work.count);
    }
  });
});

describe("the command", () => {
  const run = (args: readonly string[], path: string | undefined): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, ["--import", "tsx", join(root, "scripts/validate-tcp.ts"), ...args], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: path },
    });

  it("refuses a case that there is not, and names those that there are", () => {
    const { status, stderr } = run(["iridum"], process.env.PATH);
    assert.equal(status, 2);
    assert.match(String(stderr), /iridum.*there are: rtt-600-loss-5, /);
  });

  it("says what is missing, and how to get it", () => {
    const { status, stderr } = run([], "/nowhere");
    assert.equal(status, 3);
    assert.match(String(stderr), process.platform === "linux" ? /apt-get install python3/ : /Linux/);
  });
});
