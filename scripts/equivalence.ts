// Owns `npm run equivalence`: what is compared when somebody asks, and how it is told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawSeed } from "../host-sim/random/random.ts";
import { compareLives, type FirmwareName } from "./equivalence/lives.ts";
import { root } from "./root.ts";
import { readPortable } from "./translate/link.ts";

const USAGE = "npm run equivalence -- [--steps N] [--seed S] [--firmware client|sensor]";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(drawSeed()) },
    firmware: { type: "string" },
    reached: { type: "boolean", default: false },
  },
});
const steps = Number(values.steps);
const seed = Number(values.seed);
const firmwares: readonly string[] = values.firmware === undefined ? ["client", "sensor"] : [values.firmware];
if (!(steps > 0) || !Number.isSafeInteger(seed) || !firmwares.every(isFirmware)) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}

function isFirmware(name: string): name is FirmwareName {
  return name === "client" || name === "sensor";
}

const program = readPortable(root);
const module = new WebAssembly.Module(readFileSync(join(root, "build/host.wasm")));
for (const firmware of firmwares.filter(isFirmware)) {
  const verdict = await compareLives({
    program,
    module,
    firmware,
    seed,
    steps: Math.round(steps / firmwares.length),
    modes: ["plain", "check", "minified"],
    onLife: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${firmware}: ${done} steps`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r");
  const { found } = verdict;
  if (found !== null) {
    console.log(
      `${firmware} of ${found.capacities.join()}, seed ${found.seed}, step ${found.step}: ${found.what}`,
    );
    process.exit(1);
  }
  console.log(
    `${firmware}: ${verdict.steps} steps, no difference between WebAssembly, JavaScript, checked and minified (seed ${seed})`,
  );
  if (values.reached)
    for (const [key, count] of [...verdict.answers].sort()) console.log(`  ${key}: ${count}`);
}
