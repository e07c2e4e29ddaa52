import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withoutEspruino } from "../../host-sim/__tests__/support/linux-espruino-named.ts";
import { root } from "../root.ts";
import { leftOutLines, mustRun, type Tally } from "../test/tally.ts";
import { folderWith } from "./support/checkout.ts";

const RUNNER = fileURLToPath(new URL("support/run-node-tests.ts", import.meta.url));

/** What a run over a folder with these files comes to. */
async function tallyOf(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<Tally & { readonly files: readonly string[] }> {
  const folder = await folderWith(t, { "package.json": '{ "type": "module" }', ...files });
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  await promisify(execFile)(process.execPath, ["--import", "tsx", RUNNER, folder], { cwd: root, env });
  return JSON.parse(await readFile(join(folder, "tally.json"), "utf8"));
}

const IMPORTS = 'import { describe, it, test } from "node:test";\n';
const PASSING = `${IMPORTS}test("one", () => {});\ndescribe("a suite", () => {\n  it("two", () => {});\n});\n`;

describe("a run of Node's tests", () => {
  it("takes test files from test folders, wherever they lie, and nothing else", async (t) => {
    const { files, passed, failed } = await tallyOf(t, {
      "host-sim/__tests__/e2e/a.test.ts": PASSING,
      "host-sim/net/link/__tests__/b.test.ts": PASSING,
      "scripts/__tests__/fixtures/c.test.ts": "throw new Error();",
      "scripts/d.test.ts": "throw new Error();",
      "scripts/__tests__/e.ts": "throw new Error();",
    });
    assert.deepEqual(files, ["host-sim/__tests__/e2e/a.test.ts", "host-sim/net/link/__tests__/b.test.ts"]);
    assert.deepEqual([passed, failed], [4, 0]);
  });

  it("counts a failing test, and a file that throws", async (t) => {
    const { passed, failed } = await tallyOf(t, {
      "host-sim/__tests__/a.test.ts": `${PASSING}test("bad", () => { throw new Error("x"); });`,
      "host-sim/__tests__/b.test.ts": 'throw new Error("before any test");',
    });
    assert.deepEqual([passed, failed], [2, 2]);
  });

  it("fails for a file without a test, and names it", async (t) => {
    const { passed, failed, problems } = await tallyOf(t, {
      "host-sim/__tests__/a.test.ts": PASSING,
      "host-sim/__tests__/b.test.ts": "export const nothing: number = 1;",
    });
    assert.deepEqual([passed, failed], [2, 1]);
    assert.deepEqual(problems, ["host-sim/__tests__/b.test.ts holds no test"]);
  });

  it("fails when there is no file", async (t) => {
    const { passed, failed } = await tallyOf(t, {});
    assert.deepEqual([passed, failed], [0, 1]);
  });

  it("tells what was left out, and why: a test, a whole suite, one that finds out while it runs", async (t) => {
    const skips = `${IMPORTS}
      test("a", { skip: "mosquitto is not installed" }, () => {});
      describe("b", { skip: "no openssl" }, () => { it("inside", () => {}); });
      test("c", (t) => t.skip("no openssl"));
      test.skip("d", () => {});
      test.todo("e");`;
    const { passed, failed, leftOut } = await tallyOf(t, { "host-sim/__tests__/a.test.ts": skips });
    assert.deepEqual([passed, failed], [0, 0]);
    assert.deepEqual(leftOutLines(leftOut), [
      "left out: a (mosquitto is not installed)",
      "left out: 2 tests (no openssl)",
      "left out: d (no reason given)",
      "left out: e (not written yet)",
    ]);
  });

  it("excuses only tests that need an Espruino from a machine that is set up to run everything", () => {
    const reasons = [
      "mosquitto is not installed",
      "ESPRUINO names no Linux Espruino",
      "socat is not installed",
    ];
    const must = mustRun(reasons.map((reason) => ({ test: "a", reason })));
    assert.deepEqual(
      must.map(({ reason }) => reason),
      ["mosquitto is not installed", "socat is not installed"],
    );
    if (withoutEspruino) assert.equal(withoutEspruino, "ESPRUINO names no Linux Espruino");
  });
});
