// Owns the words of a disassembled module: every type and instruction in it. Knows none that is allowed or not.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runTool, toolFile } from "../node-tool.ts";

export interface ModuleWords {
  /** Keywords, types and instructions, such as `i32.add`, each once. */
  readonly keywords: readonly string[];
  /** Names of functions and globals, as far as the binary still has them, without their `$`. */
  readonly names: readonly string[];
}

// Binaryen comes with the AssemblyScript compiler, so it is the very library that wrote the code.
const disassembler = join(
  dirname(createRequire(toolFile("assemblyscript/package.json")).resolve("binaryen")),
  "bin/wasm-dis",
);

/** Throws when the disassembler refuses the module. */
export async function wordsOf(wasm: Uint8Array): Promise<ModuleWords> {
  const text = withoutStringsAndComments(await disassemble(wasm));
  const tokens = new Set(text.split(/[\s()]+/));
  const all = [...tokens].filter((token) => token !== "").sort();
  return {
    keywords: all.filter((token) => /^[a-z][a-z0-9_.]*$/.test(token)),
    names: all.filter((token) => token.startsWith("$")).map((token) => token.slice(1)),
  };
}

async function disassemble(wasm: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-wasm-"));
  try {
    const file = join(folder, "module.wasm");
    await writeFile(file, wasm);
    const { exitCode, words } = await runTool(disassembler, ["--all-features", file], folder);
    if (exitCode !== 0) throw new Error(`wasm-dis: ${words}`);
    return words;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutStringsAndComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, " ").replace(/;;.*$/gm, " ");
}
