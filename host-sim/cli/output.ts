// What a command prints, and where: results, words for people, JSON. Knows streams; not what is said.
import type { Writable } from "node:stream";

export interface OutputStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Output {
  /** A line for people: on stdout, unless stdout belongs to JSON. */
  say(line: string): void;
  /** A remark beside the result: always on stderr. */
  note(line: string): void;
  /** One JSON document on a line of its own on stdout. */
  json(document: unknown): void;
  /** Bytes as they are, on stdout. */
  bytes(chunk: Uint8Array | string): void;
  /** Colours for `say`; plain text wherever colour is not wanted. */
  readonly paint: Paint;
}

export type Paint = Readonly<Record<keyof typeof COLOURS, (text: string) => string>>;

// Select Graphic Rendition: [on, off]. Off resets only what on has set.
const COLOURS = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

export function createOutput(streams: OutputStreams, { json }: { readonly json: boolean }): Output {
  const forPeople = json ? streams.stderr : streams.stdout;
  return {
    say: (line) => void forPeople.write(`${line}\n`),
    note: (line) => void streams.stderr.write(`${line}\n`),
    json: (document) => void streams.stdout.write(`${JSON.stringify(document)}\n`),
    bytes: (chunk) => void streams.stdout.write(chunk),
    paint: paintFor(wantsColour(forPeople, streams.env)),
  };
}

/** A reader that has gone (`motekit sub … | head -1`) is an end, not an error. */
export function whenReaderLeaves(stream: Writable, leave: () => void): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    leave();
  });
}

/** Resolves when what was written so far has left the process, or never will. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write("", () => resolve());
  });
}

/** https://no-color.org: present and not empty, whatever its value. */
function wantsColour(stream: { readonly isTTY?: boolean }, env: OutputStreams["env"]): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

function paintFor(colour: boolean): Paint {
  const painter = (name: keyof typeof COLOURS) => (text: string) => {
    const [on, off] = COLOURS[name];
    return colour ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
  return {
    bold: painter("bold"),
    dim: painter("dim"),
    red: painter("red"),
    green: painter("green"),
    yellow: painter("yellow"),
  };
}
