// Owns the check that the host's view of the block is the one that the portable sources declare.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { layoutSource } from "../portable/layout.ts";
import { readProgram } from "../portable/program.ts";
import { describeRefusal } from "../portable/refusal.ts";
import { portableSources } from "../portable/sources.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

export const LAYOUT_FILE = "host-sim/device/layout.generated.ts";

/** What the layout module must hold now, or why it cannot be told. */
export type ExpectedLayout =
  | { readonly kind: "layout"; readonly text: string }
  | { readonly kind: "unreadable"; readonly problems: readonly string[] };

export function expectedLayout(folder: string): ExpectedLayout {
  const { program, refusals } = readProgram(portableSources(folder));
  if (refusals.length > 0) return { kind: "unreadable", problems: refusals.map(describeRefusal) };
  return { kind: "layout", text: layoutSource(program) };
}

export function layoutProblems(folder: string): readonly string[] {
  const expected = expectedLayout(folder);
  if (expected.kind === "unreadable") return expected.problems;
  const path = join(folder, LAYOUT_FILE);
  const text = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (text === expected.text) return [];
  const state = text === null ? "is missing" : "does not match the portable sources";
  return [`${LAYOUT_FILE} ${state}: run \`npm run generate\``];
}

export const check: Check = {
  name: "layout",
  run: async () => layoutProblems(root),
};
