// Owns the claim that an edit changes exactly the place it names, or fails loudly.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EditMissed, edited } from "../mutant.ts";

const SOURCES: Readonly<Record<string, string>> = {
  "assembly/a.ts": "let a = 1;\nlet b = 1;\n",
  "assembly/b.ts": "let c = 1;\n",
};
const read = (file: string): string => SOURCES[file] ?? "";

describe("edits", () => {
  it("change what they find, in each file, and leave the rest alone", () => {
    const texts = edited(
      [
        { file: "assembly/a.ts", find: "a = 1", replace: "a = 2" },
        { file: "assembly/b.ts", find: "c = 1", replace: "c = 3" },
      ],
      read,
    );
    assert.deepEqual(
      [...texts],
      [
        ["assembly/a.ts", "let a = 2;\nlet b = 1;\n"],
        ["assembly/b.ts", "let c = 3;\n"],
      ],
    );
  });

  it("come one after the other: a later one finds what an earlier one wrote", () => {
    const texts = edited(
      [
        { file: "assembly/a.ts", find: "a = 1", replace: "a = 2" },
        { file: "assembly/a.ts", find: "a = 2", replace: "a = 3" },
      ],
      read,
    );
    assert.equal(texts.get("assembly/a.ts"), "let a = 3;\nlet b = 1;\n");
  });

  it("put in a dollar sign as it is", () => {
    const texts = edited([{ file: "assembly/b.ts", find: "c", replace: "$&" }], read);
    assert.equal(texts.get("assembly/b.ts"), "let $& = 1;\n");
  });

  it("fail when the source has no such place", () => {
    assert.throws(() => edited([{ file: "assembly/b.ts", find: "a = 1", replace: "" }], read), EditMissed);
  });

  it("fail when it has two", () => {
    assert.throws(() => edited([{ file: "assembly/a.ts", find: "= 1", replace: "= 2" }], read), EditMissed);
  });
});
