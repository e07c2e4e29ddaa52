// Claims that the guide to the simulator names the faults as they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { FAULT_SHAPES, type FaultKind } from "../faults.ts";

const GUIDE = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");

it("the guide's table of faults is the code's", () => {
  const rows = (Object.keys(FAULT_SHAPES) as FaultKind[]).map((kind) => {
    const { duration, steps, family, what } = FAULT_SHAPES[kind];
    const lasts = { needed: "=DURATION", optional: "[=DURATION]", none: "" }[duration];
    return `| \`${kind}${lasts}@TIME${steps ? "[+STEPS]" : ""}\` | ${family} | ${what} |`;
  });
  assert.ok(GUIDE.includes(`|---|---|---|\n${rows.join("\n")}\n\n`), rows.join("\n"));
});
