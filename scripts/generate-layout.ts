// Owns the command that writes the host's view of the block. What it holds, the portable sources say.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expectedLayout, LAYOUT_FILE } from "./checks/layout.ts";
import { root } from "./root.ts";

const layout = expectedLayout(root);
if (layout.kind === "unreadable") {
  console.error(layout.problems.join("\n"));
  process.exitCode = 1;
} else {
  const path = join(root, LAYOUT_FILE);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, layout.text);
  console.log(`${LAYOUT_FILE} written`);
}
