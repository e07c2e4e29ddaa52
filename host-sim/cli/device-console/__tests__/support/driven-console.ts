// Owns `device --stdio` run inside a test's own process: lines in, lines out as objects. Knows no broker.
import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import type { TestContext } from "node:test";
import { createRealClock } from "../../../../time/real-clock.ts";
import { standIn } from "../../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../../commands.ts";
import { main } from "../../../main.ts";

export type Line = Readonly<Record<string, unknown>>;

const waitMs = 10_000;

class LineSink extends Writable {
  readonly lines: Line[] = [];
  onLine: () => void = () => {};
  #begun = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const [...lines] = (this.#begun + chunk.toString()).split("\n");
    this.#begun = lines.pop() ?? "";
    for (const line of lines) this.lines.push(JSON.parse(line) as Line);
    this.onLine();
    done();
  }
}

export class DrivenConsole {
  /** Everything printed so far. */
  readonly lines: readonly Line[];
  /** Resolves with the exit code. */
  readonly code: Promise<number>;
  readonly #input = new PassThrough();
  readonly #output = new LineSink();
  /** How many lines `next` has been through. */
  #seen = 0;

  constructor(t: TestContext) {
    this.lines = this.#output.lines;
    const world = { ...standIn(), stdin: this.#input, stdout: this.#output, clock: createRealClock() };
    this.code = main(["device", "--stdio"], world, COMMANDS);
    t.after(() => this.end());
  }

  send(request: object): void {
    this.sendLine(JSON.stringify(request));
  }

  sendLine(line: string | Uint8Array): void {
    this.#input.write(line);
    this.#input.write("\n");
  }

  /** The end of input. Resolves with the exit code. */
  end(): Promise<number> {
    this.#input.end();
    return this.code;
  }

  /** The next line with this `ev`; those before it have been read too. */
  async next(ev: string): Promise<Line> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new assert.AssertionError({ message: `no "${ev}" came: ${JSON.stringify(this.lines)}` }));
      }, waitMs);
    });
    try {
      return await Promise.race([this.#find(ev), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a request and reads on to the first line with this `ev`. */
  ask(request: object, ev: string): Promise<Line> {
    this.send(request);
    return this.next(ev);
  }

  async #find(ev: string): Promise<Line> {
    for (;;) {
      while (this.#seen < this.lines.length) {
        const line = this.lines[this.#seen++] as Line;
        if (line.ev === ev) return line;
      }
      await new Promise<void>((resolve) => {
        this.#output.onLine = resolve;
      });
    }
  }
}
