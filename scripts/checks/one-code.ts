// Owns the claim that the laptop runs the very code of the device: two images that differ in their memory alone.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../root.ts";
import { Section, sectionsOf } from "../wasm/sections.ts";
import type { Check } from "./check.ts";

const DEVICE = "build/sensor.wasm";
const LAPTOP = "build/host.wasm";

/** Where the memory is declared on either side; its imports are compared by name instead. */
const DECLARES_MEMORY: readonly number[] = [Section.Import, Section.Memory];

export const check: Check = {
  name: "two builds, one code",
  async run() {
    const missing = [DEVICE, LAPTOP].filter((file) => !existsSync(join(root, file)));
    if (missing.length > 0) return missing.map((file) => `${file} is missing: npm run build`);
    return codeDifferences(await readFile(join(root, DEVICE)), await readFile(join(root, LAPTOP)));
  },
};

/** What differs between the two beyond the declaration of their memory. Both must be valid modules. */
export function codeDifferences(
  device: Uint8Array<ArrayBuffer>,
  laptop: Uint8Array<ArrayBuffer>,
): readonly string[] {
  const differences: string[] = [];
  const ours = comparedSections(device);
  const theirs = comparedSections(laptop);
  for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
    if (!ours.get(id)?.equals(theirs.get(id) ?? Buffer.alloc(0))) {
      differences.push(
        `${id === Section.Code ? "the code" : `section ${id}`} differs between the two images`,
      );
    }
  }
  const wanted = importedFunctions(device);
  const offered = importedFunctions(laptop);
  if (wanted !== offered)
    differences.push(`the device imports ${wanted || "nothing"}, the laptop ${offered}`);
  return differences;
}

function comparedSections(wasm: Uint8Array): ReadonlyMap<number, Buffer> {
  const compared = sectionsOf(wasm).filter(
    ({ id }) => id !== Section.Custom && !DECLARES_MEMORY.includes(id),
  );
  return new Map(compared.map(({ id, bytes }) => [id, Buffer.from(bytes)]));
}

function importedFunctions(wasm: Uint8Array<ArrayBuffer>): string {
  return WebAssembly.Module.imports(new WebAssembly.Module(wasm))
    .filter(({ kind }) => kind === "function")
    .map(({ module, name }) => `${module}.${name}`)
    .join(", ");
}
