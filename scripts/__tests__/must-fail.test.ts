// Owns the claim that what allocates, traps or needs more than 32 bits gets into the client past neither of its guards:
// the subset, and the build under the no-allocation runtime with the check of the binary behind it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { BuildFailure } from "../build/artefact.ts";
import { compile } from "../build/images.ts";
import { imageFaults } from "../checks/no-allocation.ts";
import { subsetProblems } from "../checks/subset.ts";
import { smallClient, write } from "./support/checkout.ts";

interface Offence {
  readonly name: string;
  /** What stands before the function at the top level. */
  readonly before?: string;
  readonly body: string;
  /** What the check of the subset says. */
  readonly subset: RegExp;
  /** What is said even if nobody checked the subset. */
  readonly behind: RegExp;
}

const OFFENCES: readonly Offence[] = [
  {
    name: "new Uint8Array(1)",
    body: "c.total = new Uint8Array(1)[0];",
    subset: /: an array — use a table of structs in the block/,
    behind: /ERROR .*"allocation: the portable client has no heap"/,
  },
  {
    name: "throw",
    body: 'if (c.total > 9) throw new Error("full");',
    subset: /: an exception — return a negative status$/m,
    behind: /^imports the function env\.abort; it may import nothing$/m,
  },
  {
    name: "a module-level StaticArray",
    before: "const TABLE: StaticArray<u8> = [1, 2, 3];",
    body: "c.total = TABLE[c.steps];",
    subset: /: the type `StaticArray<u8>` — the types are/,
    behind: /^uses global\.get: state lives in the client's block alone$/m,
  },
  {
    name: "a u64",
    body: "const wide: u64 = <u64>c.total * 3; c.total = <u32>(wide >> 8);",
    subset: /: the type `u64` — the types are/,
    behind: /^uses i64\.mul: no 64-bit integers/m,
  },
  {
    name: "a string",
    body: 'const text: string = "text"; c.total = text.charCodeAt(c.steps);',
    subset: /: the type `string` — the types are/,
    behind: /^imports the function env\.abort; it may import nothing$/m,
  },
];

describe("no guard lets into the client", { concurrency: 1 }, () => {
  it("more than there is: the small client alone passes both", async (t) => {
    const folder = await smallClient(t);
    assert.deepEqual(subsetProblems(folder), []);
    assert.equal(await wordsOfBuildAndBinary(folder), "");
  });

  for (const offence of OFFENCES) {
    it(offence.name, async (t) => {
      const { folder, line } = await clientWith(t, offence);
      const problems = subsetProblems(folder);
      assert.match(problems.join("\n"), offence.subset);
      for (const problem of problems) {
        assert.match(problem, new RegExp(`^assembly/index\\.ts:(${line - 1}|${line}):\\d+: `));
      }
      assert.match(await wordsOfBuildAndBinary(folder), offence.behind);
    });
  }
});

/** The small client with one more exported function, and the line on which that stands. */
async function clientWith(t: TestContext, { before = "", body }: Offence) {
  const folder = await smallClient(t);
  const client = await readFile(join(folder, "assembly/index.ts"), "utf8");
  const added = `${before}\nexport function offend(c: Counter): void { ${body} }\n`;
  await write(folder, { "assembly/index.ts": client + added });
  return { folder, line: client.split("\n").length + 1 };
}

async function wordsOfBuildAndBinary(folder: string): Promise<string> {
  try {
    return (await imageFaults(await compile(folder, "device", ["assembly/index.ts"]), [])).join("\n");
  } catch (error) {
    if (error instanceof BuildFailure) return error.message;
    throw error;
  }
}
