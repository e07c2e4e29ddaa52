// Owns the order of the build and what it tells. Knows of its artefacts only that they can be made.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Artefact, BuildFailure, place } from "./artefact.ts";
import { hashOfInputs, isFresh, markFresh } from "./freshness.ts";
import { host } from "./host.ts";
import { images } from "./images.ts";
import { simulated } from "./simulated.ts";

export const artefacts: readonly Artefact[] = [...images, simulated, host];

/**
 * Makes what is missing or stale, and says one line for each artefact. One that fails does not keep the others from
 * being made. Resolves to the failures, each whole; none means that build/ matches the source.
 */
export async function buildAll(
  root: string,
  say: (line: string) => void,
  wanted: readonly Artefact[] = artefacts,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const artefact of wanted) {
    const failure = await bringUpToDate(root, artefact, say);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

async function bringUpToDate(
  root: string,
  artefact: Artefact,
  say: (line: string) => void,
): Promise<string | undefined> {
  const missing = artefact.entries.find((entry) => !existsSync(join(root, entry)));
  if (missing !== undefined) {
    say(line(artefact, "not built"));
    return `${artefact.path} is built from ${missing}, which does not exist`;
  }
  if (await isFresh(root, artefact)) {
    say(line(artefact, "up to date"));
    return undefined;
  }
  try {
    const inputs = await hashOfInputs(root, artefact);
    const files = await artefact.produce(root);
    await place(root, artefact, files);
    await markFresh(root, artefact, inputs);
    say(line(artefact, await describe(root, artefact, files.size)));
    return undefined;
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    say(line(artefact, "failed"));
    return `${artefact.path} could not be built:\n${error.message}`;
  }
}

function line(artefact: Artefact, words: string): string {
  return `${artefact.path.padEnd(20)} ${words}`;
}

async function describe(root: string, artefact: Artefact, files: number): Promise<string> {
  const found = await stat(join(root, artefact.path));
  return found.isFile() ? `${found.size} bytes` : `${files} files`;
}
