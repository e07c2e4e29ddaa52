// The guide's table of links is that of the data: a figure that changes in a profile changes there too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { linkSummaries, summaryWords } from "../summary.ts";

it("docs/links.md has one line for each link, with the figures of its profile", () => {
  const guide = readFileSync(new URL("../../../../docs/links.md", import.meta.url), "utf8");
  const [, rows = ""] = guide.split("|---|---|---|---|---|\n");
  const table = rows.slice(0, rows.indexOf("\n\n")).split("\n");
  const expected = linkSummaries().map((link) => {
    const [name, ...cells] = summaryWords(link);
    return `| \`${name}\` | ${cells.join(" | ")} |`;
  });
  assert.deepEqual(table, expected);
});
