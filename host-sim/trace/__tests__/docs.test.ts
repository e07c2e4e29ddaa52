// The written table of what can happen against the one that lines are made from.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { packageRoot } from "../../package/package-root.ts";
import { HAPPENING_KINDS, VOCABULARY } from "../vocabulary.ts";

it("docs/trace.md has every kind with its fields and its meaning, and no other", () => {
  const [, table = ""] = readFileSync(join(packageRoot(), "docs/trace.md"), "utf8").split(
    "## What can happen",
  );
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const expected = HAPPENING_KINDS.map((kind) => {
    const { meaning, fields } = VOCABULARY[kind];
    const names = Object.keys(fields).map((field) => `\`${field}\` `);
    return `| \`${kind}\` | ${names.join("")}| ${meaning} |`;
  });
  assert.deepEqual(rows, expected);
});
