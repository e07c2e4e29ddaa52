// Owns the command `npm start`: builds what is missing, then shows a sensor on a link that drops.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildAll } from "./build/build-all.ts";
import { root } from "./root.ts";

/** Eight seconds of outage within every twenty-five: what is queued outlives it, and one can watch the will fire. */
const SHOW = ["sim", "--realtime", "--link", "wifi-home,outage=8s@25s", "--every", "2s"];

// Standard output belongs to the command: with --json it is one document.
const failures = await buildAll(root, (line) => console.error(line));
for (const failure of failures) console.error(`\n${failure}`);
if (failures.length > 0) {
  process.exitCode = 1;
} else {
  const { main } = await import(pathToFileURL(join(root, "build/js/host-sim/cli/main.js")).href);
  process.exit(await main([...SHOW, ...process.argv.slice(2)]));
}
