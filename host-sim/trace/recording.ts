// Owns the file of a recorded run: how it is written, and how it is read again as a stream. Refuses to know what the world and the
// report in it are.

import { createReadStream } from "node:fs";
import type { Happening } from "./happening.ts";
import { LineError, parseLine } from "./line.ts";
import { LEGEND } from "./trace.ts";

/** What a run is and what ran. */
export interface RecordingHead {
  /** As JSON has it: whoever reads it must check it. */
  readonly world: unknown;
  /** `sha256:…` of the firmware image. */
  readonly image: string;
  /** Of motekit. */
  readonly version: string;
}

export interface RecordingEnd {
  readonly traceHash: string;
  readonly report: unknown;
}

export interface RecordingWriter {
  /** A line of the trace, with its line feed. */
  line(line: string): void;
  /** Once. A recording without it reads as cut short. */
  end(end: RecordingEnd): void;
}

const FORMAT = 1;
const TITLE = "# motekit recording ";

/** Writes the head at once. `write` gets text with its line feeds. */
export function createRecordingWriter(head: RecordingHead, write: (text: string) => void): RecordingWriter {
  write(`${TITLE}${FORMAT}\n`);
  write(`# world ${JSON.stringify(head.world)}\n# image ${head.image}\n# version ${head.version}\n`);
  write(LEGEND);
  return {
    line: write,
    end: ({ traceHash, report }) => write(`# traceHash ${traceHash}\n# report ${JSON.stringify(report)}\n`),
  };
}

/**
 * `unreadable`: there is no such file, or it may not be read. `foreign`: it is no recording. `newer`: a later motekit wrote it.
 * `damaged`: a line of it is not as it was written.
 */
export type RecordingFault = "unreadable" | "foreign" | "newer" | "damaged";

export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly fault: RecordingFault;
  /** From 1; null where no line is to blame. */
  readonly line: number | null;

  constructor(fault: RecordingFault, message: string, line: number | null) {
    super(line === null ? message : `line ${line}: ${message}`);
    this.fault = fault;
    this.line = line;
  }
}

/** Reads the head. Whoever does not read `lines` to their end must `close`. Throws `RecordingError`. */
export async function readRecording(path: string): Promise<Recording> {
  const lines = numberedLines(path);
  try {
    const { head, first } = await readHead(lines);
    return new Recording(head, first, lines);
  } catch (error) {
    await lines.return(undefined);
    throw error;
  }
}

interface NumberedLine {
  readonly number: number;
  readonly text: string;
  /** False for what follows the last line feed. */
  readonly isWhole: boolean;
}

type Lines = AsyncGenerator<NumberedLine, void, undefined>;

export class Recording {
  readonly head: RecordingHead;
  readonly #first: NumberedLine | null;
  readonly #lines: Lines;
  #traceHash: string | null = null;
  #end: RecordingEnd | null = null;

  /** `first` is the line after the head. */
  constructor(head: RecordingHead, first: NumberedLine | null, lines: Lines) {
    this.head = head;
    this.#first = first;
    this.#lines = lines;
  }

  /** Null until all was read; and then too, if the recording was cut short. */
  get end(): RecordingEnd | null {
    return this.#end;
  }

  /** Once, in their order. Throws `RecordingError`; a last line that was cut short is left out. */
  async *happenings(): AsyncGenerator<Happening, void, undefined> {
    for (let line = this.#first; line?.isWhole === true; line = await nextOf(this.#lines)) {
      if (line.text.startsWith("#")) this.#readEnd(line);
      else yield this.#happeningOf(line);
    }
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }

  #happeningOf({ number, text }: NumberedLine): Happening {
    if (this.#traceHash !== null)
      throw new RecordingError("damaged", "the recording was over before", number);
    try {
      return parseLine(text);
    } catch (error) {
      if (error instanceof LineError) throw new RecordingError("damaged", error.message, number);
      throw error;
    }
  }

  #readEnd({ number, text }: NumberedLine): void {
    const traceHash = saidAs("traceHash", text);
    const report = saidAs("report", text);
    if (traceHash !== null && this.#traceHash === null) {
      this.#traceHash = traceHash;
    } else if (report !== null && this.#traceHash !== null && this.#end === null) {
      this.#end = { traceHash: this.#traceHash, report: parsedJson("report", report, number) };
    } else {
      throw new RecordingError("damaged", "this is neither a happening nor the end", number);
    }
  }
}

interface ReadHead {
  readonly head: RecordingHead;
  readonly first: NumberedLine | null;
}

async function readHead(lines: Lines): Promise<ReadHead> {
  readTitle(await nextOf(lines));
  let world: { readonly json: unknown } | null = null;
  let image: string | null = null;
  let version: string | null = null;
  let line = await nextOf(lines);
  for (; line !== null && isOfHead(line); line = await nextOf(lines)) {
    const json = saidAs("world", line.text);
    if (json !== null) world = { json: parsedJson("world", json, line.number) };
    image ??= saidAs("image", line.text);
    version ??= saidAs("version", line.text);
  }
  if (world === null || image === null || version === null) {
    throw new RecordingError("damaged", "its head does not say world, image and version", null);
  }
  return { head: { world: world.json, image, version }, first: line };
}

async function nextOf(lines: Lines): Promise<NumberedLine | null> {
  const { value, done } = await lines.next();
  return done === true ? null : (value ?? null);
}

function readTitle(line: NumberedLine | null): void {
  const format = line?.text.startsWith(TITLE) === true ? line.text.slice(TITLE.length) : "";
  if (!/^\d+$/.test(format))
    throw new RecordingError("foreign", `it does not begin with "${TITLE}${FORMAT}"`, null);
  if (Number(format) > FORMAT) {
    throw new RecordingError("newer", `it is of format ${format}, and this motekit reads ${FORMAT}`, null);
  }
}

/** All comments but the end: of the legend, and of what a later version of the same format may say besides. */
function isOfHead({ text, isWhole }: NumberedLine): boolean {
  return isWhole && text.startsWith("#") && saidAs("traceHash", text) === null;
}

function saidAs(name: string, text: string): string | null {
  const lead = `# ${name} `;
  return text.startsWith(lead) ? text.slice(lead.length) : null;
}

function parsedJson(name: string, json: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new RecordingError("damaged", `its ${name} is no JSON`, line);
  }
}

/** A line longer than this is of no recording: a world and a report are the longest. */
const LINE_CHARACTERS_MAX = 1 << 24;

/** At line feeds alone: other characters end lines for some readers, and stand in payloads. */
async function* numberedLines(path: string): Lines {
  let number = 0;
  let rest = "";
  for await (const chunk of chunksOf(path)) {
    const texts = (rest + chunk).split("\n");
    rest = texts.pop() ?? "";
    for (const text of texts) {
      number += 1;
      yield { number, text, isWhole: true };
    }
    if (rest.length > LINE_CHARACTERS_MAX) throw new RecordingError("foreign", "it has no lines", null);
  }
  if (rest !== "") yield { number: number + 1, text: rest, isWhole: false };
}

async function* chunksOf(path: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 18 }) as AsyncIterable<string>;
  } catch (error) {
    if (isSystemError(error)) throw new RecordingError("unreadable", error.message, null);
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
