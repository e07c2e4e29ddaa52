import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { runSpecs } from "../test/specs.ts";
import { smallClient } from "./support/checkout.ts";

const spec = (claim: string, body: string) => `
import { add, reset } from "../index";
import { Counter } from "../counter";

describe("a counter", () => {
  test("${claim}", () => {
    const c = changetype<Counter>(heap.alloc(64));
    reset(c);
    ${body}
  });
});
`;

async function tallyOf(t: TestContext, files: Readonly<Record<string, string>>) {
  return runSpecs(await smallClient(t, files), () => {});
}

describe("a run of the specs", () => {
  it("counts the tests of every file, under the heap that the client itself does not have", async (t) => {
    const tally = await tallyOf(t, {
      "assembly/__tests__/one.spec.ts": spec("adds", "add(c, 2);\n    expect<u32>(c.total).toBe(2);"),
      "assembly/__tests__/deep/two.spec.ts": spec("starts at 0", "expect<u32>(c.total).toBe(0);").replaceAll(
        '"../',
        '"../../',
      ),
    });
    assert.deepEqual(tally, { passed: 2, failed: 0, leftOut: [], problems: [] });
  });

  it("fails when one fails, and shows which", async (t) => {
    const tally = await tallyOf(t, {
      "assembly/__tests__/one.spec.ts": spec("adds", "add(c, 2);\n    expect<u32>(c.total).toBe(3);"),
    });
    assert.deepEqual([tally.passed, tally.failed], [0, 1]);
    assert.match(tally.problems.join("\n"), /adds/);
  });

  it("fails when one does not compile, and shows the error", async (t) => {
    const tally = await tallyOf(t, {
      "assembly/__tests__/one.spec.ts": spec("adds", "nobody(c);"),
    });
    assert.deepEqual([tally.passed, tally.failed], [0, 1]);
    assert.match(tally.problems.join("\n"), /Cannot find name 'nobody'/);
  });

  it("fails when there is no spec", async (t) => {
    const tally = await tallyOf(t, {});
    assert.equal(tally.failed, 1);
    assert.match(tally.problems.join("\n"), /no spec found/);
  });

  it("fails when the specs hold no test", async (t) => {
    const tally = await tallyOf(t, { "assembly/__tests__/one.spec.ts": 'describe("nothing", () => {});\n' });
    assert.equal(tally.failed, 1);
    assert.match(tally.problems.join("\n"), /no test/);
  });
});
