// Owns snippets of the portable subset, compiled and translated from the same text: what each answers to the same calls.
// Knows nothing of what the snippets claim.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, toolFile } from "../../../node-tool.ts";
import { describeRefusal } from "../../../portable/refusal.ts";
import { readSubset } from "../../../portable/subset.ts";
import { writeImage } from "../../js/write-image.ts";
import { type Arrangement, arrange } from "../../tree/arrange.ts";
import type { Heat, Image } from "../../tree/image.ts";
import { optimise } from "../../tree/optimise.ts";
import { settle } from "../../tree/settle.ts";

const FILE = "assembly/snippets.ts";
/** The block, then as much for what a snippet writes beyond it. */
export const MEMORY_BYTES = 1024;
/** Below it the compiler keeps its constants. */
const BLOCK_AT = 4096;

/** All functions are rare ones. */
const NOTHING_RUNS: Heat = new Map();

type Functions = Readonly<Record<string, (...values: readonly number[]) => unknown>>;

/** One target: its functions without the block, and the block's bytes. */
export interface Target {
  readonly name: string;
  readonly functions: Functions;
  readonly bytes: Buffer;
}

export interface Snippets {
  readonly reference: Target;
  readonly translated: readonly Target[];
  /** The text of the routine, as it is without optimising. */
  textOf(name: string): string;
}

export async function snippets(text: string): Promise<Snippets> {
  const { program, refusals } = readSubset([{ file: FILE, text }]);
  assert.deepEqual(refusals.map(describeRefusal), []);
  const settled = (): Image =>
    settle(program, {
      entries: [FILE],
      wanted: null,
      pinned: new Map(),
      replaced: new Set(),
      dataAt: MEMORY_BYTES / 2,
    });
  const settledImage = settled();
  const plain = arrange(settledImage, null, null);
  const optimised = optimise(settled(), null, null);
  const translated = [
    target("plain JavaScript", settledImage, plain, false),
    target("checked JavaScript", settledImage, plain, true),
    target("optimised JavaScript", optimised, arrange(optimised, null, null), false),
    target("JavaScript of rare functions", settledImage, arrange(settledImage, NOTHING_RUNS, null), false),
  ];
  const textOf = (name: string): string => {
    const line = writtenAs(settledImage, plain, false)
      .split("\n")
      .find((each) => each.startsWith(`function ${name}(`));
    assert.ok(line !== undefined, `${name} is not in the image`);
    return line.slice(line.indexOf("{") + 1, -1);
  };
  return { reference: await compiled(text), translated, textOf };
}

function writtenAs(image: Image, arrangement: Arrangement, isChecked: boolean): string {
  return writeImage({
    image,
    memoryBytes: MEMORY_BYTES,
    memory: "given",
    isChecked,
    uses: "",
    fresh: null,
    arrangement,
  });
}

function target(name: string, image: Image, arrangement: Arrangement, isChecked: boolean): Target {
  const text = writtenAs(image, arrangement, isChecked);
  const bytes = Buffer.from(new ArrayBuffer(MEMORY_BYTES));
  const list = [...image.roots].map(([each, callable]) => {
    const called = arrangement.calls.get(callable);
    const number = called?.number ?? null;
    return `${each}:${number === null ? called?.name : `function(x,y){return ${called?.name}(${number},x,y)}`}`;
  });
  const functions = new Function("bytes", `${text}return{${list}}`)(
    new Uint8Array(bytes.buffer),
  ) as Functions;
  return { name, functions, bytes };
}

async function compiled(text: string): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-snippets-"));
  try {
    await writeFile(join(folder, "snippets.ts"), text);
    const options = [
      "--baseDir",
      folder,
      "--runtime",
      "stub",
      "--lowMemoryLimit",
      String(BLOCK_AT),
      "--optimize",
      "--initialMemory",
      "1",
      "--outFile",
      "out.wasm",
    ];
    const { exitCode, words } = await runTool(
      toolFile("assemblyscript/bin/asc.js"),
      ["snippets.ts", ...options],
      folder,
    );
    assert.equal(exitCode, 0, words);
    const { instance } = await WebAssembly.instantiate(await readFile(join(folder, "out.wasm")), {
      env: { abort: () => assert.fail("abort") },
    });
    return asTarget(instance.exports);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function asTarget(exports: WebAssembly.Exports): Target {
  const memory = exports.memory as WebAssembly.Memory;
  const functions = Object.fromEntries(
    Object.entries(exports).flatMap(([name, each]) =>
      typeof each === "function" ? [[name, (...values: readonly number[]) => each(BLOCK_AT, ...values)]] : [],
    ),
  );
  return { name: "WebAssembly", functions, bytes: Buffer.from(memory.buffer, BLOCK_AT, MEMORY_BYTES) };
}
