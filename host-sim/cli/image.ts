// The laptop's image as the commands ask for it, and what they say when it was not built. Knows no command.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ImageMissing } from "../device/core.ts";
import type { TranslatedImage } from "../device/translated-core.ts";
import { missingFailure } from "./failure.ts";

/** The laptop's build of the very code that a board runs. */
export interface Image {
  readonly module: WebAssembly.Module;
  /** `sha256:` and its digest. */
  readonly hash: string;
}

const IMAGE = "build/host.wasm";

/** Throws a missing `Failure`. */
export function readImage(root: string): Image {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(join(root, IMAGE)));
  } catch {
    throw missingFailure(`${IMAGE} is not built yet`, `Run \`npm run build\` in ${root}`);
  }
  const hash = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { module: new WebAssembly.Module(bytes), hash };
}

const TRANSLATED = "build/espruino/simulated.json";

/** The same firmware in translated JavaScript; null where it was not built. */
export function readTranslated(root: string): TranslatedImage | null {
  const file = join(root, TRANSLATED);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** What `work` answers. Throws a missing `Failure` if it finds no image. */
export function withImage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ImageMissing)) throw error;
    throw missingFailure(error.message, "Run `npm run build` in motekit's folder");
  }
}
