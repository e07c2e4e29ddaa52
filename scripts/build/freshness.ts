// Owns whether an artefact still matches what it was made from, by content. Knows neither clocks nor compilers.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artefact } from "./artefact.ts";

/** What an artefact was made from, and what came out: both, so that a damaged output is made again. */
interface Stamp {
  readonly inputs: string;
  readonly outputs: string;
}

const LEDGER = "build/inputs.json";

/** The hash of everything that decides the artefact's bytes. */
export function hashOfInputs(root: string, artefact: Artefact): Promise<string> {
  return hashOfFiles(root, artefact.inputs, artefact.tools);
}

export async function isFresh(root: string, artefact: Artefact): Promise<boolean> {
  const stamp = (await readLedger(root))[artefact.path];
  if (stamp === undefined || !existsSync(join(root, artefact.path))) return false;
  if (stamp.inputs !== (await hashOfInputs(root, artefact))) return false;
  return stamp.outputs === (await hashOfFiles(root, [artefact.path], ""));
}

/** `inputs` is the hash taken before the artefact was made: a source that was saved meanwhile makes it stale. */
export async function markFresh(root: string, artefact: Artefact, inputs: string): Promise<void> {
  const outputs = await hashOfFiles(root, [artefact.path], "");
  const ledger = { ...(await readLedger(root)), [artefact.path]: { inputs, outputs } };
  const staging = join(root, `${LEDGER}.${process.pid}.new`);
  await mkdir(join(root, "build"), { recursive: true });
  await writeFile(staging, `${JSON.stringify(ledger, null, 2)}\n`);
  await rename(staging, join(root, LEDGER));
}

/** Every file at or under `path`, relative to the root, in a stable order; tests and their fixtures left out. */
export async function sourceFiles(root: string, path: string): Promise<readonly string[]> {
  if (!existsSync(join(root, path))) return [];
  if ((await stat(join(root, path))).isFile()) return [path];
  const found: string[] = [];
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    if (entry.name !== "__tests__") found.push(...(await sourceFiles(root, `${path}/${entry.name}`)));
  }
  return found.sort();
}

async function readLedger(root: string): Promise<Readonly<Record<string, Stamp>>> {
  try {
    return JSON.parse(await readFile(join(root, LEDGER), "utf8"));
  } catch {
    return {};
  }
}

async function hashOfFiles(root: string, paths: readonly string[], salt: string): Promise<string> {
  const hash = createHash("sha256").update(salt);
  for (const path of paths) {
    for (const file of await sourceFiles(root, path)) {
      const bytes = await readFile(join(root, file));
      hash.update(`\n${file} ${bytes.length}\n`).update(bytes);
    }
  }
  return `sha256:${hash.digest("hex")}`;
}
