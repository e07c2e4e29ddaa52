// Owns one step: every .wat file of a folder becomes a .wasm file beside it. Plain JavaScript in a process of its own,
// so that the assembler's megabytes are read once, and not through a loader.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "assemblyscript/binaryen";

const folder = process.argv[2] ?? ".";
// Names stay, so that there is something to find.
binaryen.setDebugInfo(true);
for (const file of readdirSync(folder).filter((file) => file.endsWith(".wat"))) {
  const module = binaryen.parseText(readFileSync(join(folder, file), "utf8"));
  module.setFeatures(binaryen.Features.All);
  writeFileSync(join(folder, file.replace(/\.wat$/, ".wasm")), module.emitBinary());
  module.dispose();
}
