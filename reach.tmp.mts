import { readFileSync } from "node:fs";
import { compareLives } from "./scripts/equivalence/lives.ts";
import { readPortable } from "./scripts/translate/link.ts";
const module = new WebAssembly.Module(readFileSync("build/host.wasm"));
const v = await compareLives({ program: readPortable(process.cwd()), module, firmware: "sensor", seed: 4, steps: 16000, modes: ["plain"] });
console.log(v.steps, v.found, v.answers.get("sensorPoll 9"));
