// Owns a run as lines of text, one a happening, their legend and their hash. Refuses to know where they are kept.

import { createHash } from "node:crypto";
import type { Happening } from "./happening.ts";
import { Ink } from "./ink.ts";
import { writeLine } from "./line.ts";
import { HAPPENING_KINDS, type HappeningKind, VOCABULARY } from "./vocabulary.ts";

const INDENT = " ".repeat(17);

/** What each line means; it stands before the lines and is not hashed. */
export const LEGEND = [
  "# A run of motekit, one happening a line: milliseconds since its start, device.life or -, kind, its fields.",
  ...HAPPENING_KINDS.flatMap(legendOf),
]
  .map((line) => `${line}\n`)
  .join("");

function legendOf(kind: HappeningKind): readonly string[] {
  const { meaning, fields } = VOCABULARY[kind];
  const names = Object.keys(fields).join(" ");
  const first = `#   ${kind.padEnd(13)} ${meaning}`;
  return names === "" ? [first] : [first, `#${INDENT}${names}`];
}

export interface Trace {
  see(happening: Happening): void;
  /** Of all lines so far but those that are for recordings alone, each with its line feed. */
  hash(): string;
}

/**
 * What is on the wire is for whoever looks at a recording. It is not hashed: segments are told only where somebody records, and
 * packets come so often that their lines would take longer than the client. When anything about them differs, so does the
 * moment of what follows from them.
 */
function isOnTheWire({ kind }: Happening): boolean {
  return kind === "packet" || kind === "segment";
}

/** Hashing costs little, a call for each line much: lines are collected up to so many bytes. */
const CHUNK_BYTES = 1 << 16;

/** Each line is given to `write` with its line feed; null: nobody records. */
export function createTrace(write: ((line: string) => void) | null): Trace {
  const sum = createHash("sha256");
  const ink = new Ink(2 * CHUNK_BYTES);
  return {
    see(happening) {
      const isHashed = !isOnTheWire(happening);
      if (!isHashed && write === null) return;
      const from = ink.length;
      writeLine(happening, ink);
      ink.ascii("\n");
      write?.(ink.textFrom(from));
      if (!isHashed) {
        ink.cut(from);
      } else if (ink.length >= CHUNK_BYTES) {
        sum.update(ink.written);
        ink.cut(0);
      }
    },
    hash: () => `sha256:${sum.copy().update(ink.written).digest("hex")}`,
  };
}
