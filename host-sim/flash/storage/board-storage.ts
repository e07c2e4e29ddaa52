// The board's Storage: files that outlast a restart. Knows how to write and check one over the console; not what is in it.
import { type BoardConsole, NoAnswer } from "../console/console.ts";
import { Trouble } from "../trouble.ts";
import { crc32 } from "./crc32.ts";
import { literalOf } from "./literal.ts";

const ANSWER_MS = 2000;
/** A page of flash takes some 50 ms to erase, and every page may move. */
const COMPACT_MS = 60_000;
const CHECK_MS = 20_000;

/** Whole words of flash; as a literal and parsed, still a small part of an ESP8266's variables. */
const CHUNK_BYTES = 192;
/** The head that Storage puts before each file, and its rounding up. */
const HEAD_BYTES = 36;

export interface BoardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Nothing the board says while it is written is passed on: it may quote what was written. */
  readonly isSecret: boolean;
}

const STORAGE = 'require("Storage")';
/** Characters are lost now and then on a long cable, or by an interpreter that is busy. */
const ATTEMPTS = 5;

export async function fileNames(console: BoardConsole): Promise<readonly string[]> {
  return (await answered(console, `${STORAGE}.list()`, ANSWER_MS)) as readonly string[];
}

/** What is not there is no error. */
export async function eraseFiles(console: BoardConsole, names: readonly string[]): Promise<void> {
  for (const name of names) await answered(console, `${STORAGE}.erase(${JSON.stringify(name)})`, ANSWER_MS);
}

/** Everything, whoever wrote it. */
export async function eraseStorage(console: BoardConsole): Promise<void> {
  await answered(console, `${STORAGE}.eraseAll()`, COMPACT_MS);
}

/** Moves files together. Code that runs from Storage would be moved under the interpreter's feet: stop it first. */
export async function compact(console: BoardConsole): Promise<void> {
  await answered(console, `${STORAGE}.compact()`, COMPACT_MS);
}

/** Throws a missing `Trouble` when these files do not fit beside what is there. */
export async function checkRoom(console: BoardConsole, files: readonly BoardFile[]): Promise<void> {
  const free = (await answered(console, `${STORAGE}.getFree()`, ANSWER_MS)) as number;
  const needed = files.reduce((sum, { bytes }) => sum + bytes.length + HEAD_BYTES, 0);
  if (needed <= free) return;
  const others = (await fileNames(console)).join(", ") || "none";
  throw new Trouble(
    "missing",
    `the board's Storage has ${free} bytes free; ${needed} are needed, ${needed - free} more than that`,
    `Its other files: ${others}. --erase empties it, them included`,
  );
}

/** Writes and checks it. Throws a broken `Trouble` when what the board reads back is something else. */
export async function writeFile(
  console: BoardConsole,
  file: BoardFile,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  for (let at = 0; at < file.bytes.length; at += CHUNK_BYTES) {
    await writeChunk(console, file, at);
    onProgress(Math.min(at + CHUNK_BYTES, file.bytes.length));
  }
  await checkFile(console, file);
}

/** Written only as it was sent: the board compares the sum of the name, the place and the bytes first. */
async function writeChunk(console: BoardConsole, file: BoardFile, at: number): Promise<void> {
  const { name, bytes } = file;
  const chunk = bytes.subarray(at, at + CHUNK_BYTES);
  const sum = crc32(Buffer.concat([Buffer.from(`${name},${at},${bytes.length},`), chunk])) | 0;
  const write = `(E.CRC32(a.join())|0)==${sum}&&${STORAGE}.write(a[0],a[3],a[1],a[2])`;
  const call = `(function(a){return ${write}})([${JSON.stringify(name)},${at},${bytes.length},${literalOf(chunk)}])`;
  try {
    if ((await answered(console, call, ANSWER_MS, (value) => value === true)) !== true)
      throw notWritten(file, at, "");
  } catch (error) {
    if (!(error instanceof NoAnswer) || error.why !== "uncaught") throw error;
    throw notWritten(file, at, file.isSecret ? "" : error.said);
  }
}

/** Of something that may be asked again. Throws `NoAnswer`, of the last attempt. */
async function answered(
  console: BoardConsole,
  question: string,
  withinMs: number,
  isRight: (value: unknown) => boolean = () => true,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      const value = await console.evaluate(question, withinMs);
      if (isRight(value) || attempt === ATTEMPTS) return value;
    } catch (error) {
      if (!(error instanceof NoAnswer) || error.why === "gone" || attempt === ATTEMPTS) throw error;
      // A question without its closing quote waits for the rest of it.
      if (error.why === "silent") await console.interrupt();
    }
  }
}

function notWritten({ name, bytes }: BoardFile, at: number, said: string): Trouble {
  return new Trouble(
    "missing",
    `the board did not take ${name} from byte ${at} of ${bytes.length} on${said === "" ? "" : `: ${said}`}`,
    "Try again; --erase empties its Storage first, with all files there",
  );
}

async function checkFile(console: BoardConsole, { name, bytes }: BoardFile): Promise<void> {
  const read = `(function(s){return [s.length,E.CRC32(s)]})(${STORAGE}.read(${JSON.stringify(name)})||"")`;
  const [length, sum] = (await answered(console, read, CHECK_MS)) as [number, number];
  const expected = crc32(bytes);
  if (length === bytes.length && sum >>> 0 === expected) return;
  throw new Trouble(
    "broken",
    `${name} is not on the board as it was sent: ${length} bytes with checksum ${hex(sum >>> 0)}, not ${bytes.length} with ${hex(expected)}`,
    "Try again; a shorter cable or a slower port may help",
  );
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
