// Owns an Espruino for Linux as the tests use it: its Storage is a file in a folder of its own, its console a pipe. Knows
// nothing of what runs in it.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { ESPRUINO, withoutEspruino } from "../../../../host-sim/__tests__/support/linux-espruino-named.ts";
import { BoardConsole } from "../../../../host-sim/flash/console/console.ts";
import { reachEspruino } from "../../../../host-sim/flash/console/reach.ts";
import { writeFile } from "../../../../host-sim/flash/storage/board-storage.ts";
import { createRealClock } from "../../../../host-sim/time/real-clock.ts";

const LINE_WAIT_MS = 60_000;
/** After so long without an answer it is asked again: the line's end was lost, or it is slow and answers twice. */
const ANSWER_WAIT_MS = 45_000;
const FLASH_FILE = "espruino.flash";
/**
 * Two threads of the Linux build share its input, and now and then lose some bytes of it: what is left of the line does not run,
 * or runs into something that is not there, and the error's first place is the console.
 */
const GARBLED = /^ +at REPL \(/;
const UNCAUGHT = /^Uncaught /;
const FAULT = /^(Execution Interrupted|New interpreter error)/;

/**
 * On two cores at once they lose so many that a day's test does not come to its end. On one core they lose the longer lines of
 * what is stored. One of those that this process may use, so that processes spread.
 */
function oneCore(): string {
  const [, list = ""] =
    /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
  const cores = list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return String(cores[process.pid % cores.length]);
}

/** What its flash held, by the files in it: a test file's interpreters often begin with the same. */
const flashes = new Map<string, Buffer>();

export class LinuxEspruino {
  readonly lines: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "motekit-espruino-"));
  #asked = 0;
  readonly #watchers = new Set<() => void>();
  #process: ChildProcessWithoutNullStreams | null = null;

  /** Puts files into its Storage over its console as `flash` does, each checked there. It does not run afterwards. */
  async store(files: Readonly<Record<string, string>>): Promise<void> {
    const flash = join(this.#folder, FLASH_FILE);
    let contents = "";
    for (const [name, text] of Object.entries(files)) {
      contents += JSON.stringify([name, text]);
      const known = flashes.get(contents);
      if (known === undefined) await this.#storeOne(name, text);
      else writeFileSync(flash, known);
      flashes.set(contents, readFileSync(flash));
    }
  }

  async #storeOne(name: string, text: string): Promise<void> {
    const running = this.#spawn();
    const stream = Duplex.from({ readable: running.stdout, writable: running.stdin });
    const wire = { name: "its console", stream, setModemLines: null, setBaud: null, close: async () => {} };
    const console = new BoardConsole(wire, createRealClock());
    await reachEspruino(console, wire.name);
    await writeFile(console, { name, bytes: Buffer.from(text, "latin1"), isSecret: false }, () => {});
    await this.stop();
  }

  /** Starts it anew: it runs what its Storage holds. */
  start(): void {
    const running = this.#spawn(["taskset", "--cpu-list", oneCore()]);
    const decoder = new StringDecoder("latin1");
    let rest = "";
    running.stdout.on("data", (bytes: Buffer) => {
      const parts = (rest + decoder.write(bytes)).split(/\r?\n/);
      rest = parts.pop() ?? "";
      this.lines.push(...parts);
      for (const look of [...this.#watchers]) look();
    });
    running.stdin.write("echo(0)\n");
  }

  /** Runs a line on its console. */
  type(text: string): void {
    this.#process?.stdin.write(`${text}\n`);
  }

  /** What an expression on its console comes to, as JSON. Asked again when the line was garbled on its way, or lost. */
  async ask(expression: string, tries = 3): Promise<unknown> {
    const mark = `@${++this.#asked}:`;
    const from = this.lines.length;
    this.type(`print(${JSON.stringify(mark)}+JSON.stringify(${expression}))`);
    const isAnswer = (line: string): boolean => line.includes(mark) && !line.includes("print(");
    const isLast = tries === 1;
    const waitMs = isLast ? LINE_WAIT_MS : ANSWER_WAIT_MS;
    const answer = await this.line((line) => isAnswer(line) || GARBLED.test(line), from, waitMs).catch(
      (error: unknown) => {
        if (isLast || this.fault !== undefined) throw error;
        return null;
      },
    );
    if (answer !== null && isAnswer(answer))
      return JSON.parse(answer.slice(answer.indexOf(mark) + mark.length));
    if (isLast) throw new Error(this.lines.join("\n"));
    return this.ask(expression, tries - 1);
  }

  /** The line with which it reports an error of its own or of what runs in it. */
  get fault(): string | undefined {
    return this.lines.find((line, index) => {
      const next = this.lines[index + 1];
      return FAULT.test(line) || (UNCAUGHT.test(line) && next !== undefined && !GARBLED.test(next));
    });
  }

  /**
   * The first line from `from` on that is one, as soon as there is. Rejects with all lines: after a while, and when it reports
   * an error.
   */
  line(isOne: (line: string) => boolean, from = 0, waitMs = LINE_WAIT_MS): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.slice(from).find(isOne);
        if (found !== undefined) end(() => resolve(found));
        else if (this.fault !== undefined) giveUp();
      };
      const end = (finish: () => void): void => {
        this.#watchers.delete(look);
        clearTimeout(limit);
        finish();
      };
      const giveUp = (): void =>
        end(() => reject(new Error(`the line never came:\n${this.lines.join("\n")}`)));
      const limit = setTimeout(giveUp, waitMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** How long it has computed, whatever else the machine did meanwhile; in steps of 10 ms. Linux only. */
  get cpuMs(): number {
    const fields =
      readFileSync(`/proc/${this.#process?.pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** As a power cut: its Storage stays. */
  stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null)
      return Promise.resolve();
    return new Promise((resolve) => {
      running.once("close", () => resolve());
      running.kill("SIGKILL");
    });
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** `by` is a command that runs another. */
  #spawn(by: readonly string[] = []): ChildProcessWithoutNullStreams {
    if (ESPRUINO === null) throw new Error(withoutEspruino || "");
    const [command = ESPRUINO, ...args] = [...by, ESPRUINO];
    const running = spawn(command, args, { cwd: this.#folder });
    running.stdin.on("error", () => {});
    this.#process = running;
    return running;
  }
}
