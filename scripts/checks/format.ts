// Owns the claim that every file is formatted and free of what the linter warns of. Biome and biome.json decide.
import { runTool, toolFile } from "../node-tool.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

export const check: Check = {
  name: "format and lint",
  async run() {
    const args = ["check", "--error-on-warnings", "--max-diagnostics=20", "--colors=off"];
    const { exitCode, words } = await runTool(toolFile("@biomejs/biome/bin/biome"), args, root);
    return exitCode === 0 ? [] : [`${words}\n\nnpx biome check --write mends what it can.`];
  },
};
