// Owns the check that every statement that binds a client is answered for, and that docs/conformance.md says so truly. What a
// statement is, and where one is named, is scripts/conformance/.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { conformanceDocument, DOCUMENT } from "../conformance/document.ts";
import { type Evidence, gatherEvidence } from "../conformance/evidence.ts";
import { readStandards, type Standard } from "../conformance/statements.ts";
import { faultsIn } from "../conformance/verdict.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

interface Findings {
  readonly standards: readonly Standard[];
  readonly evidence: Evidence;
}

function findingsIn(folder: string): Findings {
  return {
    standards: readStandards(folder),
    evidence: gatherEvidence(folder, DOCUMENT),
  };
}

/** What the document must hold now. */
export function expectedDocument(folder: string): string {
  const { standards, evidence } = findingsIn(folder);
  return conformanceDocument(standards, evidence);
}

export function conformanceProblems(folder: string): readonly string[] {
  const { standards, evidence } = findingsIn(folder);
  const faults = faultsIn(standards, evidence);
  const path = join(folder, DOCUMENT);
  const isCurrent =
    existsSync(path) && readFileSync(path, "utf8") === conformanceDocument(standards, evidence);
  return isCurrent ? faults : [...faults, `${DOCUMENT} is out of date: run \`npm run generate\``];
}

export const check: Check = {
  name: "conformance",
  run: async () => conformanceProblems(root),
};
