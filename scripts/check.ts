// Owns the command `npm run check`: which checks there are, in which order. What they claim is theirs to say.
import type { Check } from "./checks/check.ts";
import { runChecks } from "./checks/runner.ts";

/** Files of scripts/checks/, each of which exports a `check`. The images are built before they are looked at. */
const FILES = [
  "npm-shadow",
  "entry-mode",
  "format",
  "types",
  "layering",
  "determinism",
  "subset",
  "layout",
  "conformance",
  "build",
  "no-allocation",
  "one-code",
  "sizes",
];

/** A check that does not even load fails like any other, and keeps none of the others from running. */
async function load(file: string): Promise<Check> {
  try {
    const module: { readonly check: Check } = await import(`./checks/${file}.ts`);
    return module.check;
  } catch (error) {
    return { name: file, run: () => Promise.reject(error) };
  }
}

const checks = await Promise.all(FILES.map(load));
process.exit(await runChecks(checks, process.argv.slice(2), (line) => console.log(line)));
