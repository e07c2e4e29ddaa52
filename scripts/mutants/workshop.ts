// Owns how an edited client becomes an image: in a temporary copy of its source. Refuses to touch the source itself, and to
// know what the edits mean.
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../build/images.ts";
import { root } from "../root.ts";
import { type Edit, edited } from "./mutant.ts";

const ENTRIES = ["assembly/index.ts", "firmware/sensor/index.ts"];
const CONFIG = "asconfig.json";
const COPIED = ["assembly", "firmware", "package.json"];
/** A third of the time to compile. What the code means is the same, and how small it is matters to nobody here. */
const UNOPTIMISED = { optimizeLevel: 0, shrinkLevel: 0, converge: false };

export function readSource(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The laptop's image of the client with these edits. Throws `EditMissed`, or `BuildFailure` with the compiler's words. */
export async function buildEdited(edits: readonly Edit[]): Promise<WebAssembly.Module> {
  const texts = edited(edits, readSource);
  const folder = await mkdtemp(join(tmpdir(), "motekit-mutant-"));
  try {
    for (const path of COPIED) await cp(join(root, path), join(folder, path), { recursive: true });
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, CONFIG), quickConfig());
    for (const [file, text] of texts) await writeFile(join(folder, file), text);
    return new WebAssembly.Module(await compile(folder, "host", ENTRIES));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function quickConfig(): string {
  const config: { readonly options: object } = JSON.parse(readSource(CONFIG));
  return JSON.stringify({ ...config, options: { ...config.options, ...UNOPTIMISED } });
}
