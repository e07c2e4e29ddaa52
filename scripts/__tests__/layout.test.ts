// Owns the claims about the host's view of the block: what is in it, and that it cannot go out of date unnoticed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { expectedLayout, LAYOUT_FILE, layoutProblems } from "../checks/layout.ts";
import { layoutSource } from "../portable/layout.ts";
import { readProgram } from "../portable/program.ts";
import { folderWith, write } from "./support/checkout.ts";

const BLOCK = `@unmanaged
export class Client { first: u8; total: u32; on: bool; phase: Phase; last: u16; }
export const enum Phase { Idle, Busy = 5, Bad = -1 }
const enum Private { A }
@unmanaged
class Row { id: u16; }
@unmanaged
export class Five { code: u8; }
@unmanaged
export class Sensor { at: u16; }
`;

function layoutOf(...texts: readonly string[]): string {
  const sources = texts.map((text, index) => ({ file: `assembly/file${index}.ts`, text }));
  return layoutSource(readProgram(sources).program);
}

/** The text imported as a module, as the host would. */
async function imported(text: string): Promise<Record<string, unknown>> {
  const script = text.replaceAll("as const", "").replaceAll(/^export type .*$/gm, "");
  return { ...(await import(`data:text/javascript,${encodeURIComponent(script)}`)) };
}

describe("the generated layout", () => {
  it("holds each exported const enum, and the size and fields of each struct that the host reads", async () => {
    assert.deepEqual(await imported(layoutOf(BLOCK)), {
      Phase: { Idle: 0, Busy: 5, Bad: -1 },
      ClientLayout: {
        bytes: 18,
        fields: {
          first: { offset: 0, type: "u8" },
          total: { offset: 4, type: "u32" },
          on: { offset: 8, type: "bool" },
          phase: { offset: 12, type: "i32" },
          last: { offset: 16, type: "u16" },
        },
      },
      FiveLayout: { bytes: 1, fields: { code: { offset: 0, type: "u8" } } },
      SensorLayout: { bytes: 2, fields: { at: { offset: 0, type: "u16" } } },
    });
  });

  it("takes const enums from every file, and refuses two of one name", () => {
    assert.match(
      layoutOf(BLOCK, "export const enum Other { A = 3 }"),
      /export const Other = \{\n {2}A: 3,\n\} as const;/,
    );
    assert.throws(
      () => layoutOf(BLOCK, "export const enum Phase { A = 3 }"),
      /Phase is declared in assembly\/file0\.ts and in assembly\/file1\.ts: rename one/,
    );
  });

  it("is not written for sources without a struct that the host reads", () => {
    assert.throws(() => layoutOf("export const enum Phase { Idle }"), /no struct Client, Five, Sensor$/);
  });
});

describe("the check of the layout", () => {
  it("passes the text as generated, and names the command when it is missing or stale", async (t) => {
    const folder = await folderWith(t, { "assembly/block.ts": BLOCK });
    assert.deepEqual(layoutProblems(folder), [`${LAYOUT_FILE} is missing: run \`npm run generate\``]);
    const layout = expectedLayout(folder);
    assert.ok(layout.kind === "layout");
    await write(folder, { [LAYOUT_FILE]: layout.text });
    assert.deepEqual(layoutProblems(folder), []);
    await write(folder, { "assembly/block.ts": BLOCK.replace("last: u16", "last: u8") });
    assert.deepEqual(layoutProblems(folder), [
      `${LAYOUT_FILE} does not match the portable sources: run \`npm run generate\``,
    ]);
  });

  it("fails on sources that cannot be read, with the place", async (t) => {
    const folder = await folderWith(t, { "assembly/block.ts": `${BLOCK}let state: u32 = 0;\n` });
    assert.match(layoutProblems(folder).join(), /^assembly\/block\.ts:11:1: a global variable — /);
  });
});
