// Owns the claim that what allocates, traps or needs more than 32 bits never gets into the client unnoticed, whichever
// of the three defences sees it first: the subset, the compiler under the no-allocation runtime, the binary.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BuildFailure } from "../build/artefact.ts";
import { compile } from "../build/images.ts";
import { imageFaults } from "../checks/no-allocation.ts";
import { subsetProblems } from "../checks/subset.ts";
import { smallClient } from "./support/checkout.ts";

interface Offence {
  readonly name: string;
  /** A function of the client, and what stands before it at the top level. */
  readonly before: string;
  readonly body: string;
  readonly subset: RegExp;
  /** What is said even if the subset were not checked: by the compiler, or of the binary. */
  readonly behind: RegExp;
}

const OFFENCES: readonly Offence[] = [
  {
    name: "new Uint8Array(1)",
    before: "",
    body: "const bytes: Uint8Array = new Uint8Array(1); c.total = bytes[0];",
    subset: /: the type `Uint8Array` — /,
    behind: /x/,
  },
  {
    name: "throw",
    before: "",
    body: 'if (c.total > 9) throw new Error("full");',
    subset: /: an exception — return a negative status/,
    behind: /x/,
  },
  {
    name: "a module-level StaticArray",
    before: "const TABLE: StaticArray<u8> = [1, 2, 3];",
    body: "c.total = TABLE[c.steps];",
    subset: /: the type `StaticArray<u8>` — /,
    behind: /x/,
  },
  {
    name: "a u64",
    before: "",
    body: "const wide: u64 = <u64>c.total * 3; c.total = <u32>(wide >> 8);",
    subset: /: the type `u64` — /,
    behind: /x/,
  },
  {
    name: "a string",
    before: "",
    body: 'const text: string = "x"; c.total = text.charCodeAt(c.steps);',
    subset: /: the type `string` — /,
    behind: /x/,
  },
];

const NUMBER_OF_LINES = 3;

describe("the client cannot hold", { concurrency: 1 }, () => {
  for (const offence of OFFENCES) {
    it(offence.name, async (t) => {
      const folder = await smallClient(t, {
        "assembly/index.ts": `import { Counter } from "./counter";
${offence.before}
export function offend(c: Counter): void { ${offence.body} }
`,
      });
      const problems = subsetProblems(folder);
      console.log(problems, await behind(folder));
    });
  }
});

async function behind(folder: string): Promise<string> {
  try {
    return (await imageFaults(await compile(folder, "device", ["assembly/index.ts"]), [])).join("\n");
  } catch (error) {
    if (error instanceof BuildFailure) return error.message;
    throw error;
  }
}
