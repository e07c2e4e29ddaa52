// Owns the claim that every file type-checks. The TypeScript compiler and the three projects decide.
import { runTool, toolFile } from "../node-tool.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

/** What runs on Node, the portable source, and its specs: each knows other globals. */
const PROJECTS = ["tsconfig.json", "tsconfig.portable.json", "tsconfig.specs.json"];

export const check: Check = {
  name: "types",
  async run() {
    const problems: string[] = [];
    for (const project of PROJECTS) {
      const { exitCode, words } = await runTool(toolFile("typescript/bin/tsc"), ["-p", project], root);
      if (exitCode !== 0) problems.push(`${project}:\n${words}`);
    }
    return problems;
  },
};
