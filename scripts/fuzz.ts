// Owns `npm run fuzz`: how long the client is fuzzed when somebody asks, and how it is told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom, drawSeed } from "../host-sim/random/random.ts";
import { readCorpus, writeCorpus } from "./fuzz/corpus.ts";
import { instrument } from "./fuzz/instrument.ts";
import { tryInput } from "./fuzz/one-input.ts";
import { fewest, Search } from "./fuzz/search.ts";
import { root } from "./root.ts";

const USAGE = "npm run fuzz -- [--seconds N] [--seed S] [--input BASE64] [--keep]";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(drawSeed()) },
    input: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds >= 0) || !Number.isSafeInteger(seed)) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}

const image = instrument(readFileSync(join(root, "build/host.wasm")));
const attempt = (input: Uint8Array) => tryInput(image, input);
process.exitCode = values.input === undefined ? search() : replay(values.input);

function replay(input: string): number {
  const { crash, steps } = attempt(Buffer.from(input, "base64"));
  console.log(crash ?? `${steps} steps, nothing wrong`);
  return crash === null ? 0 : 1;
}

function search(): number {
  const found = new Search(createRandom(seed).stream("fuzz"), attempt);
  for (const input of readCorpus()) found.add(input);
  const began = performance.now();
  const first = found.tried;
  while (performance.now() - began < seconds * 1000) found.next();
  const took = (performance.now() - began) / 1000;
  const rate = Math.round((found.tried - first) / Math.max(took, 0.001));
  console.log(`${found.tried} inputs, ${found.steps} steps, ${rate} inputs a second (seed ${seed})`);
  console.log(`${found.edges} of ${image.probes} edges reached, by ${found.kept.length} inputs`);
  for (const { input, why } of found.crashes) {
    console.log(`crash: ${why}`);
    console.log(`  npm run fuzz -- --input ${Buffer.from(input).toString("base64")}`);
  }
  if (values.keep) writeCorpus(fewest(found.kept, attempt));
  return found.crashes.length === 0 ? 0 : 1;
}
