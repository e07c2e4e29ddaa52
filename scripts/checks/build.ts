// Owns the claim that everything builds. The checks of the images look at what it leaves in build/.
import { buildAll } from "../build/build-all.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

export const check: Check = {
  name: "build",
  run: () => buildAll(root, () => {}),
};
