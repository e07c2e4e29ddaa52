// Owns what an artefact of the build is, and how its files get onto the disk. Knows no compiler.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Something under build/ that is made, whole, from a known set of inputs. All paths are relative to the root. */
export interface Artefact {
  /** What it is called in messages: the file, or the folder that it fills. */
  readonly path: string;
  /** The source without which it cannot be made. */
  readonly entries: readonly string[];
  /** Files and folders that decide its bytes; tests in them do not count. */
  readonly inputs: readonly string[];
  /** What else decides its bytes: the versions of the tools. */
  readonly tools: string;
  /** Its files by path. Throws a {@link BuildFailure} when the source is at fault. */
  produce(root: string): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** The source does not compile, or is not there. The message is meant to be read as it is. */
export class BuildFailure extends Error {}

/** Replaces the artefact in one step, so that an interrupted build leaves the old one and a reader sees no half. */
export async function place(
  root: string,
  artefact: Artefact,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const target = join(root, artefact.path);
  const staging = `${target}.${process.pid}.new`;
  for (const [path, bytes] of files) {
    const staged = staging + join(root, path).slice(target.length);
    await mkdir(dirname(staged), { recursive: true });
    await writeFile(staged, bytes);
  }
  await rm(target, { recursive: true, force: true });
  await rename(staging, target);
}
