// Owns the proof, on the built binaries, that nothing in them can allocate. Knows nothing of their source.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../root.ts";
import { memoriesOf, Section, sectionsOf } from "../wasm/sections.ts";
import { wordsOf } from "../wasm/words.ts";
import type { Check } from "./check.ts";

/** The device images, and the modules from which each may import functions. */
const IMAGES = [
  { file: "build/motekit.wasm", importsFrom: [] },
  { file: "build/motekit-without-mqtt5.wasm", importsFrom: [] },
  { file: "build/sensor.wasm", importsFrom: ["board"] },
] as const;

/** The text format's own words, and the instructions that every 32-bit target has an equal for. */
const ALLOWED_KEYWORDS = new Set(
  `module type func param result local import export memory data then else end i32
   local.get local.set local.tee block loop if br br_if br_table return call drop select nop unreachable
   i32.const i32.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i32.store i32.store8 i32.store16
   i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
   i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor
   i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr i32.clz i32.ctz i32.popcnt i32.extend8_s i32.extend16_s
   memory.copy memory.fill`.split(/\s+/),
);

const RUNTIME_NAME = /^~lib\/rt\/|(^|\/)__(alloc|new|renew|realloc|free|link|pin|unpin|collect|visit\w*)$/;

export const check: Check = {
  name: "no allocation",
  async run() {
    const problems: string[] = [];
    for (const { file, importsFrom } of IMAGES) {
      if (!existsSync(join(root, file))) problems.push(`${file} is missing: npm run build`);
      else {
        const faults = await imageFaults(await readFile(join(root, file)), importsFrom);
        problems.push(...faults.map((fault) => `${file}: ${fault}`));
      }
    }
    return problems;
  },
};

/** All that keeps `wasm` from being an image that cannot allocate; empty when nothing does. */
export async function imageFaults(
  wasm: Uint8Array<ArrayBuffer>,
  importsFrom: readonly string[],
): Promise<readonly string[]> {
  if (!WebAssembly.validate(wasm)) return ["not a valid WebAssembly module"];
  return [
    ...importFaults(new WebAssembly.Module(wasm), importsFrom),
    ...exportFaults(new WebAssembly.Module(wasm)),
    ...memoryFaults(wasm),
    ...(await codeFaults(wasm)),
  ];
}

function importFaults(module: WebAssembly.Module, importsFrom: readonly string[]): readonly string[] {
  const accepted = importsFrom.length === 0 ? "nothing" : `functions of ${importsFrom.join(", ")}`;
  return WebAssembly.Module.imports(module)
    .filter((wanted) => wanted.kind !== "function" || !importsFrom.includes(wanted.module))
    .map(({ kind, module, name }) => `imports the ${kind} ${module}.${name}; it may import ${accepted}`);
}

function exportFaults(module: WebAssembly.Module): readonly string[] {
  return WebAssembly.Module.exports(module).flatMap(({ name, kind }) => {
    if (kind === "global" || kind === "table")
      return [`exports the ${kind} ${name}; only functions and its memory`];
    return name.startsWith("_") ? [`exports ${name}, which belongs to a runtime`] : [];
  });
}

function memoryFaults(wasm: Uint8Array): readonly string[] {
  const faults: string[] = [];
  if (sectionsOf(wasm).some(({ id }) => id === Section.Start)) {
    faults.push("has a start function: something runs before the first call");
  }
  const memories = memoriesOf(wasm);
  if (memories.length !== 1) faults.push(`declares ${memories.length} memories; it must be one of its own`);
  for (const { minimumPages, maximumPages } of memories) {
    if (minimumPages !== 1 || maximumPages !== 1) {
      faults.push(
        `has a memory of ${minimumPages} to ${maximumPages ?? "any number of"} pages, not one fixed page`,
      );
    }
  }
  return faults;
}

async function codeFaults(wasm: Uint8Array): Promise<readonly string[]> {
  const { keywords, names } = await wordsOf(wasm);
  return [
    ...keywords
      .filter((word) => !ALLOWED_KEYWORDS.has(word))
      .map((word) => `uses ${word}${reasonAgainst(word)}`),
    ...names.filter((name) => RUNTIME_NAME.test(name)).map((name) => `holds the runtime function ${name}`),
  ];
}

function reasonAgainst(word: string): string {
  if (word === "memory.grow") return ": memory is fixed";
  if (/^i64\.(load|store)$/.test(word)) {
    return ": no 64-bit integers (the optimiser makes one of a memory.copy or memory.fill of just 8 bytes)";
  }
  if (/i64/.test(word)) return ": no 64-bit integers";
  if (/f32|f64/.test(word)) return ": no floating point";
  if (/global/.test(word)) return ": state lives in the client's block alone";
  if (/table|elem|call_indirect/.test(word)) return ": no function tables";
  return ": not a 32-bit integer instruction";
}
