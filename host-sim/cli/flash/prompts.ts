// Questions to a person at a terminal, secrets among them. Knows terminals; keeps and prints no answer.
import { createInterface, type Interface } from "node:readline";
import { type Readable, Writable } from "node:stream";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";

type Terminal = Readable & { readonly isTTY?: boolean };

const INTERRUPTED = 130;

export function isAtTerminal({ stdin, stderr }: Context): boolean {
  return (stdin as Terminal).isTTY === true && stderr.isTTY === true;
}

/** One conversation: what is pasted answers one question a line. To be closed. */
export class Questions {
  readonly #stderr: Context["stderr"];
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  /** Only while an answer that may be seen is typed: what is pasted ahead may hold a secret. */
  #isShown = false;

  constructor({ stdin, stderr, interruption }: Context) {
    this.#stderr = stderr;
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        if (this.#isShown) stderr.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input: stdin, output, terminal: true });
    // In a terminal's raw mode Ctrl-C is a key, and readline's to report.
    this.#lines.once("SIGINT", () => interruption.begin(INTERRUPTED));
    this.#lines.on("line", () => {
      this.#isShown = false;
    });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** The answer without the space around it. */
  async ask(question: string): Promise<string> {
    this.#isShown = true;
    this.#lines.setPrompt(question);
    this.#lines.prompt();
    return (await this.#answer()).trim();
  }

  /** Nothing that is typed is shown. */
  async askSecret(question: string): Promise<string> {
    this.#stderr.write(question);
    const answer = await this.#answer();
    this.#stderr.write("\n");
    return answer;
  }

  close(): void {
    this.#lines.close();
  }

  async #answer(): Promise<string> {
    const { done, value } = await this.#answers.next();
    if (done === true)
      throw usageFailure("the input ended before the answer", "Give --settings FILE instead");
    return value;
  }
}
