// Owns how the portable source becomes the three WebAssembly images. Knows nothing of when they are out of date.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, toolFile } from "../node-tool.ts";
import { type Artefact, BuildFailure } from "./artefact.ts";

/** A target of asconfig.json: one fixed page of its own, or a memory that the host brings. */
type MemoryTarget = "device" | "host";

const CLIENT = "assembly/index.ts";
const SENSOR = "firmware/sensor/index.ts";
const COMPILER: { version: string } = JSON.parse(
  readFileSync(toolFile("assemblyscript/package.json"), "utf8"),
);

export const images: readonly Artefact[] = [
  image("build/motekit.wasm", "device", [CLIENT]),
  image("build/sensor.wasm", "device", [CLIENT, SENSOR]),
  image("build/host.wasm", "host", [CLIENT, SENSOR]),
];

function image(path: string, target: MemoryTarget, entries: readonly string[]): Artefact {
  return {
    path,
    entries,
    inputs: ["assembly", "firmware/sensor", "asconfig.json", "scripts/build"],
    tools: `asc ${COMPILER.version}`,
    produce: async (root) => new Map([[path, await compile(root, target, entries)]]),
  };
}

/** Compiles `entries` under the no-allocation runtime and returns the wasm. Throws all that the compiler said. */
export async function compile(
  root: string,
  target: MemoryTarget,
  entries: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-image-"));
  const outFile = join(folder, "image.wasm");
  try {
    const options = [
      "--noColors",
      "--baseDir",
      root,
      "--config",
      "asconfig.json",
      "--target",
      target,
      "--outFile",
      outFile,
    ];
    const { exitCode, words } = await runTool(
      toolFile("assemblyscript/bin/asc.js"),
      [...entries, ...options],
      root,
    );
    if (exitCode !== 0) throw new BuildFailure(words);
    return new Uint8Array(await readFile(outFile));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
