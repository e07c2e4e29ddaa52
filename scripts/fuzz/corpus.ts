// Owns the file of inputs that are kept: one a line, in base64. Knows nothing of what they reach.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../root.ts";

export const CORPUS = join(root, "scripts/fuzz/corpus.txt");

export function readCorpus(): readonly Uint8Array[] {
  const lines = readFileSync(CORPUS, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => Buffer.from(line, "base64"));
}

export function writeCorpus(inputs: readonly Uint8Array[]): void {
  writeFileSync(CORPUS, inputs.map((input) => `${Buffer.from(input).toString("base64")}\n`).join(""));
}
