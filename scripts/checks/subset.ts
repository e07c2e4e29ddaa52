// Owns the check that everything portable keeps to the subset that means the same in WebAssembly, JavaScript and C.
import { describeRefusal } from "../portable/refusal.ts";
import { portableSources } from "../portable/sources.ts";
import { readSubset } from "../portable/subset.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

/** One line a refusal: `file:line:column: what — what to write instead`. */
export function subsetProblems(folder: string): readonly string[] {
  const sources = portableSources(folder);
  if (sources.length === 0) return [`no portable source below ${folder}: nothing was checked`];
  return readSubset(sources).refusals.map(describeRefusal);
}

export const check: Check = {
  name: "subset",
  run: async () => subsetProblems(root),
};
