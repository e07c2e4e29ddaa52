// A stand-in for the process a command runs in: captures what is printed, and lets a test send signals and pass time.
import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";
import { packageRoot } from "../../../package/package-root.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import type { Surroundings } from "../../command.ts";

export class Captured extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

export interface StandIn extends Surroundings {
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly signals: EventEmitter;
  readonly clock: VirtualClock;
  /** The exit codes of immediate ends. */
  readonly exits: readonly number[];
}

export interface StandInOptions {
  readonly stdin?: readonly (string | Uint8Array)[];
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly root?: string;
}

export function standIn({
  stdin = [],
  env = {},
  isTTY = false,
  root = packageRoot(),
}: StandInOptions = {}): StandIn {
  const exits: number[] = [];
  return {
    stdin: Readable.from(stdin),
    stdout: new Captured(isTTY),
    stderr: new Captured(isTTY),
    env,
    signals: new EventEmitter(),
    clock: new VirtualClock(),
    date: () => new Date("2026-03-01T12:00:00.250Z"),
    exit: (exitCode) => void exits.push(exitCode),
    root,
    exits,
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setImmediate(resolve));
}
