// Owns how the portable source becomes the WebAssembly images, with or without a feature. Knows nothing of when they are out of
// date.
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, toolFile } from "../node-tool.ts";
import { FEATURES_FILE, switchedOff } from "../source/features.ts";
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
  image("build/motekit-without-mqtt5.wasm", "device", [CLIENT], ["MQTT5"]),
  image("build/sensor.wasm", "device", [CLIENT, SENSOR]),
  image("build/host.wasm", "host", [CLIENT, SENSOR]),
];

function image(
  path: string,
  target: MemoryTarget,
  entries: readonly string[],
  without: readonly string[] = [],
): Artefact {
  return {
    path,
    entries,
    inputs: ["assembly", "firmware/sensor", "asconfig.json", "scripts/build"],
    tools: `asc ${COMPILER.version}`,
    produce: async (root) => new Map([[path, await compileWithout(without, root, target, entries)]]),
  };
}

/** Compiles a copy of the source in which these features are switched off. */
async function compileWithout(
  features: readonly string[],
  root: string,
  target: MemoryTarget,
  entries: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  if (features.length === 0) return compile(root, target, entries);
  const copy = await mkdtemp(join(tmpdir(), "motekit-features-"));
  try {
    for (const part of ["assembly", "firmware/sensor", "asconfig.json"])
      await cp(join(root, part), join(copy, part), { recursive: true });
    const file = join(copy, FEATURES_FILE);
    await writeFile(file, features.reduce(switchedOff, await readFile(file, "utf8")));
    return await compile(copy, target, entries);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
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
