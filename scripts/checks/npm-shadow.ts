// Owns the claim that `npm` inside a script is the npm that was called. Knows no other package.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

/**
 * A dependency that brings npm puts it first on the path of every script. An old one, with `ignore-scripts` set,
 * answers `npm run` by doing nothing and exiting 0, so that a failing check passes.
 */
export const check: Check = {
  name: "no npm in npm",
  async run() {
    if (!existsSync(join(root, "node_modules/.bin/npm"))) return [];
    return [
      "node_modules/.bin/npm exists: keep the override of glob-promise in package.json, then run npm ci",
    ];
  },
};
