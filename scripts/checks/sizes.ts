// Owns the claim that every block fits its board. Measures nothing itself: `motekit size` does, and is shown.
import { join } from "node:path";
import { runTool } from "../node-tool.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

export const check: Check = {
  name: "sizes",
  async run() {
    const { exitCode, words } = await runTool(join(root, "bin/motekit.js"), ["size"], root);
    if (exitCode !== 0) return [words];
    console.log(`${words}\n`);
    return [];
  },
};
