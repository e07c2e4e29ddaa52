// Owns the command `npm run build`: what it prints, and its exit code.
import { buildAll } from "./build/build-all.ts";
import { root } from "./root.ts";

const failures = await buildAll(root, (line) => console.log(line));
for (const failure of failures) console.error(`\n${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
