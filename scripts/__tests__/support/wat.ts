// Owns how a test makes WebAssembly binaries by hand. Knows nothing of what may be in one.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "../../node-tool.ts";

const assembler = fileURLToPath(new URL("assemble.js", import.meta.url));

/** The binaries of modules given as text, in the same order. */
export async function binariesOf(texts: readonly string[]): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-wat-"));
  try {
    for (const [index, text] of texts.entries()) await writeFile(join(folder, `${index}.wat`), text);
    const { exitCode, words } = await runTool(assembler, [folder], folder);
    if (exitCode !== 0) throw new Error(words);
    const files = texts.map((_, index) => readFile(join(folder, `${index}.wasm`)));
    return (await Promise.all(files)).map((bytes) => new Uint8Array(bytes));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
