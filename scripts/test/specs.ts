// Owns the run of the as-pect specs and what it comes to. Knows nothing of Node's own tests.
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { runTool, toolFile } from "../node-tool.ts";
import { filesNamed } from "./find.ts";
import type { Tally } from "./tally.ts";

/** as-pect's own starter sits beside the module that its package exports. */
const AS_PECT = join(dirname(toolFile("@as-pect/cli")), "test.js");

/**
 * Runs every spec under assembly/ and firmware/. as-pect reports success when it finds no spec at all, so the count
 * of tests that it prints is part of the verdict.
 */
export async function runSpecs(root: string, say: (line: string) => void): Promise<Tally> {
  const files = await filesNamed(root, ["assembly", "firmware"], ".spec.ts");
  if (files.length === 0) return failed("no spec found: assembly/**/__tests__/*.spec.ts");
  say(`specs: ${files.length} ${files.length === 1 ? "file" : "files"} to compile and run`);
  const { exitCode, words } = await runTool(AS_PECT, ["--verbose"], root);
  const counted = /\[Tests\]:\s*(\d+) \/ (\d+)/.exec(stripVTControlCharacters(words));
  const passed = Number(counted?.[1] ?? 0);
  const total = Number(counted?.[2] ?? 0);
  if (exitCode !== 0) return { ...failed(words), passed, failed: Math.max(1, total - passed) };
  if (total === 0) return failed("the specs hold no test");
  say(`specs: ${passed} of ${total} passed`);
  return { passed, failed: total - passed, leftOut: [], problems: [] };
}

function failed(problem: string): Tally {
  return { passed: 0, failed: 1, leftOut: [], problems: [problem] };
}
