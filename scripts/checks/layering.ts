// Owns the order in which the parts of the project may know each other. Knows nothing of what is in them.
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { sourceFiles } from "../build/freshness.ts";
import { root } from "../root.ts";
import { importsOf } from "../source/imports.ts";
import type { Check } from "./check.ts";

interface Layer {
  readonly folder: string;
  /** The folders it may import from besides itself. */
  readonly knows: readonly string[];
  /** The folders of which it may name types, and no more: what an observer needs. */
  readonly observes?: readonly string[];
  /** Whether it may import packages and Node's own modules. */
  readonly packages: boolean;
}

const ground = [
  "host-sim/package",
  "host-sim/units",
  "host-sim/words",
  "host-sim/collections",
  "host-sim/time",
  "host-sim/random",
];
const wires = [...ground, "host-sim/net"];
const ends = [...wires, "host-sim/broker", "host-sim/device"];
const observed = [...ends, "host-sim/scenario"];
const observers = ["host-sim/promises", "host-sim/trace", "host-sim/dashboard"];

const layers: readonly Layer[] = [
  { folder: "assembly", knows: [], packages: false },
  { folder: "firmware/sensor", knows: ["assembly"], packages: false },
  { folder: "host-sim/package", knows: [], packages: true },
  { folder: "host-sim/units", knows: [], packages: true },
  { folder: "host-sim/words", knows: [], packages: true },
  { folder: "host-sim/programs", knows: [], packages: true },
  { folder: "host-sim/collections", knows: [], packages: true },
  { folder: "host-sim/time", knows: ["host-sim/units"], packages: true },
  { folder: "host-sim/random", knows: ["host-sim/units"], packages: true },
  { folder: "host-sim/net", knows: ground, packages: true },
  { folder: "host-sim/broker", knows: wires, packages: true },
  { folder: "host-sim/device", knows: wires, packages: true },
  { folder: "host-sim/espruino", knows: wires, packages: true },
  { folder: "host-sim/client", knows: [...wires, "host-sim/device"], packages: true },
  { folder: "host-sim/scenario", knows: [...ends, ...observers], packages: true },
  { folder: "host-sim/trace", knows: ground, observes: observed, packages: true },
  { folder: "host-sim/promises", knows: [...ground, "host-sim/trace"], observes: observed, packages: true },
  { folder: "host-sim/dashboard", knows: [...ground, "host-sim/trace"], observes: observed, packages: true },
  {
    folder: "host-sim/flash",
    knows: ["host-sim/words", "host-sim/time", "host-sim/programs"],
    packages: true,
  },
  {
    folder: "host-sim/cli",
    knows: [...observed, ...observers, "host-sim/programs", "host-sim/client", "host-sim/flash"],
    packages: true,
  },
];

export const check: Check = {
  name: "layering",
  async run() {
    const files = [];
    for (const folder of ["assembly", "firmware/sensor", "host-sim"])
      files.push(...(await sourceFiles(root, folder)));
    const problems = [];
    for (const file of files.filter((file) => file.endsWith(".ts"))) {
      problems.push(...layerFaults(file, await readFile(join(root, file), "utf8")));
    }
    return problems;
  },
};

/** The imports of one file, given by its path from the root, that reach where its folder may not. */
export function layerFaults(file: string, text: string): readonly string[] {
  const layer = layerOf(file);
  if (layer === undefined)
    return [`${file}:1: lies in no layer — name its folder in scripts/checks/layering.ts`];
  return importsOf(file, text).flatMap(({ specifier, typeOnly, line }) => {
    const fault = specifier.startsWith(".")
      ? fileFault(layer, posix.join(posix.dirname(file), specifier), typeOnly)
      : !layer.packages && `${layer.folder} imports no packages`;
    return fault ? [`${file}:${line}: imports ${specifier} — ${fault}`] : [];
  });
}

function fileFault(layer: Layer, target: string, typeOnly: boolean): string | undefined {
  const folder = layerOf(target)?.folder;
  if (folder === layer.folder || (folder !== undefined && layer.knows.includes(folder))) return undefined;
  if (folder !== undefined && layer.observes?.includes(folder)) {
    return typeOnly ? undefined : `${layer.folder} observes ${folder}: import type`;
  }
  return `${layer.folder} may know ${layer.knows.join(", ") || "nothing but itself"}`;
}

function layerOf(path: string): Layer | undefined {
  return layers.find(({ folder }) => path.startsWith(`${folder}/`));
}
