// The interpreter's console: JavaScript goes out a line at a time, values and printed lines come back. Knows how Espruino
// talks; not what it is asked.
import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Wire } from "../wire/wire.ts";
import { takeFlowBytes } from "./flow.ts";

/** Why an answer did not come. `said` is what came instead, for those who can make something of it. */
export class NoAnswer extends Error {
  readonly why: "silent" | "uncaught" | "gone";
  readonly said: string;

  constructor(why: "silent" | "uncaught" | "gone", said: string) {
    super(`the board's console: ${why}`);
    this.why = why;
    this.said = said;
  }
}

/** Clears a half-typed line and stops what runs. */
const INTERRUPT = "\x03";
/** At the start of a line: this one is not echoed, and not remembered. */
const SILENT = "\x10";

/** A few of them fit a UART's buffer, so that XOFF comes in time. */
const PIECE_BYTES = 64;
/** Of one piece: a port that takes no more bytes has nobody at its other end. */
const WRITE_LIMIT_MS = 5000;
/** A board that never says XON again has restarted meanwhile. */
const LONGEST_HOLD_MS = 3000;
/** Of what a board says: the newest of it explains a failure. */
const REMEMBERED = 2000;

interface Question {
  readonly mark: string;
  resolve(value: unknown): void;
  reject(error: NoAnswer): void;
}

export class BoardConsole {
  readonly #wire: Wire;
  readonly #clock: Clock;
  #count = 0;
  #line = "";
  #said = "";
  #held = false;
  #released: () => void = () => {};
  #question: Question | null = null;
  #gone = false;
  #onLine: (line: string) => void = () => {};

  constructor(wire: Wire, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
    wire.stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    wire.stream.once("error", () => this.#lose());
    wire.stream.once("close", () => this.#lose());
  }

  /** What the board printed last, answers included. */
  get said(): string {
    return this.#said;
  }

  /** From now on every line the board prints goes there, without prompt and line end. */
  onLine(listen: (line: string) => void): void {
    this.#onLine = listen;
  }

  forget(): void {
    this.#said = "";
  }

  interrupt(): Promise<void> {
    return this.#send(INTERRUPT);
  }

  /** Runs a statement and waits for nothing. */
  run(statement: string): Promise<void> {
    return this.#send(`${SILENT}${statement}\n`);
  }

  /** What `expression` is worth there, as far as JSON can say it. Throws `NoAnswer`. One question at a time. */
  async evaluate(expression: string, withinMs: number): Promise<unknown> {
    if (this.#gone) throw new NoAnswer("gone", this.#said);
    // The mark is put together by the board, so that an echo of the question is no answer.
    const mark = `<mk${++this.#count}:`;
    let limit: Timer | null = null;
    try {
      return await new Promise((resolve, reject) => {
        this.#question = { mark, resolve, reject };
        limit = after(this.#clock, withinMs, () => reject(new NoAnswer("silent", this.#said)));
        const asked = this.run(`print("<mk"+${this.#count}+":"+JSON.stringify(${expression})+">")`);
        asked.catch(reject);
      });
    } finally {
      (limit as Timer | null)?.cancel();
      this.#question = null;
    }
  }

  async #send(text: string): Promise<void> {
    const bytes = Buffer.from(text, "latin1");
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (this.#held) await this.#release();
      await this.#write(bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(new NoAnswer("gone", this.#said));
        return;
      }
      const limit = after(this.#clock, WRITE_LIMIT_MS, () => reject(new NoAnswer("silent", this.#said)));
      this.#wire.stream.write(piece, (error) => {
        limit.cancel();
        if (error) reject(new NoAnswer("gone", this.#said));
        else resolve();
      });
    });
  }

  #release(): Promise<void> {
    return new Promise((resolve) => {
      const limit = after(this.#clock, LONGEST_HOLD_MS, () => this.#released());
      this.#released = () => {
        limit.cancel();
        this.#held = false;
        this.#released = () => {};
        resolve();
      };
    });
  }

  #receive(chunk: Buffer): void {
    const { bytes, held } = takeFlowBytes(chunk);
    if (held === true) this.#held = true;
    if (held === false) {
      this.#held = false;
      this.#released();
    }
    const text = bytes.toString("latin1");
    this.#said = (this.#said + text).slice(-REMEMBERED);
    const lines = (this.#line + text).split(/\r\n|\n|\r/);
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  #take(raw: string): void {
    // A prompt stands before what is printed next; the sequence clears the rest of a line.
    const line = raw.replaceAll("\x1b[J", "").replace(/^[>:]+/, "");
    const question = this.#question;
    const answer = question === null ? undefined : answerIn(line, question.mark);
    if (question !== null && answer !== undefined) {
      question.resolve(answer.value);
    } else if (question !== null && line.startsWith("Uncaught ")) {
      question.reject(new NoAnswer("uncaught", line));
    } else if (line.trim() !== "") this.#onLine(line);
  }

  #lose(): void {
    this.#gone = true;
    this.#released();
    this.#question?.reject(new NoAnswer("gone", this.#said));
  }
}

/** undefined: no answer to that question, or one that lost characters on its way. */
function answerIn(line: string, mark: string): { readonly value: unknown } | undefined {
  if (!line.startsWith(mark) || !line.endsWith(">")) return undefined;
  const json = line.slice(mark.length, -1);
  if (json === "undefined") return { value: undefined };
  try {
    return { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}
