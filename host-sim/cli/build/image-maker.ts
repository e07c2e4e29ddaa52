// What makes a board's images, as the command sees it: a script of the checkout, in TypeScript. Knows where it is; not how it works.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Board } from "../board.ts";
import { missingFailure } from "../failure.ts";

/** One file for a board's Storage. */
export interface BoardImage {
  /** As a file, such as `sensor.js`. */
  readonly name: string;
  readonly purpose: string;
  readonly code: string;
  /** Of the interpreter's memory, once it runs from Storage; counted from the text. */
  readonly variables: number;
}

export interface BoardImages {
  /** The sensor node: what `flash` puts there. */
  readonly sensor: BoardImage;
  /** What `require("motekit")` gives a program of one's own. */
  readonly module: BoardImage;
}

export type MakeImages = (root: string, board: Board) => Promise<BoardImages>;

const MAKER = "scripts/board-image/board-image.ts";

/** Throws a missing `Failure` where there is no checkout with its tools. */
export async function makeImages(root: string, board: Board): Promise<BoardImages> {
  const maker = join(root, MAKER);
  if (!existsSync(maker)) {
    throw missingFailure(`${MAKER} is not in ${root}`, "Run it in a checkout of motekit");
  }
  const { boardImages } = await loadScript(maker);
  return boardImages(root, board);
}

async function loadScript(file: string): Promise<{ readonly boardImages: MakeImages }> {
  // Scripts are run from their source, the command is not.
  const { tsImport } = await import("tsx/esm/api").catch(() => {
    throw missingFailure("the package tsx is missing", "Run `npm ci` in motekit's folder");
  });
  return tsImport(pathToFileURL(file).href, import.meta.url);
}
