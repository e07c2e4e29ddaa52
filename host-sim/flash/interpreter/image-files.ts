// Finds the interpreter's files and where in flash each goes. Reads what it is given; downloads nothing.
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { InterpreterFacts } from "../board-facts.ts";
import { Trouble } from "../trouble.ts";

export interface FlashPart {
  readonly file: string;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** `path`: the folder that Espruino's archive unpacks to, or its one whole file. Throws a usage `Trouble`. */
export function findParts(path: string, facts: InterpreterFacts): readonly FlashPart[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Trouble("usage", `${path} is not there`, accepted(facts));
  return stat.isDirectory() ? partsIn(path, facts) : [wholeFile(path, stat.size, facts)];
}

function partsIn(folder: string, facts: InterpreterFacts): readonly FlashPart[] {
  const missing = facts.parts.filter(({ file }) => !isFile(join(folder, file)));
  if (missing.length > 0) {
    const names = missing.map(({ file }) => file).join(", ");
    throw new Trouble("usage", `${folder} is not ${facts.download}: it has no ${names}`, accepted(facts));
  }
  return facts.parts.map(({ file, address }) => part(join(folder, file), address));
}

function wholeFile(path: string, size: number, { wholeImage, ...facts }: InterpreterFacts): FlashPart {
  if (wholeImage !== null && size === wholeImage.bytes) return part(path, wholeImage.address);
  const wanted = wholeImage === null ? "" : `, and not the whole image of ${wholeImage.bytes} bytes`;
  const unpacked = /\.(tgz|zip|gz)$/.test(path) ? ": unpack it first" : "";
  throw new Trouble(
    "usage",
    `${basename(path)} is one file of ${size} bytes${wanted}${unpacked}`,
    accepted({ wholeImage, ...facts }),
  );
}

function part(file: string, address: string): FlashPart {
  return { file, address: Number(address), bytes: readFileSync(file) };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function accepted({ download, parts, wholeImage }: InterpreterFacts): string {
  const whole = wholeImage === null ? "" : `, or its combined image of ${wholeImage.bytes} bytes`;
  const files = parts.map(({ file }) => file).join(", ");
  return `Accepted: the folder that ${download}.tgz from https://www.espruino.com/Download unpacks to (${files})${whole}`;
}
