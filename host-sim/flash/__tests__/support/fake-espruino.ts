// A board on a wire, as far as flashing can tell: a console that runs JavaScript, a Storage, and a restart. Its JavaScript is
// Node's. What goes wrong on real boards can be made to go wrong here.
import { Duplex } from "node:stream";
import { createContext, runInContext } from "node:vm";
import { crc32 } from "../../storage/crc32.ts";
import type { Wire } from "../../wire/wire.ts";

export interface Faults {
  /** Changes one byte of every write to this file. */
  readonly corrupts?: string;
  /** Says nothing any more once this was asked for. */
  readonly silentAfter?: RegExp;
  /** The cable is pulled once this was asked for. */
  readonly closesAfter?: RegExp;
  /** So many bytes are free in its Storage. */
  readonly freeBytes?: number;
  /** Throws at any write to this file, and quotes what was sent, as Espruino does. */
  readonly refusesToWrite?: string;
  /** From the first line that matches each, what matched is lost on its way. */
  readonly loses?: readonly RegExp[];
  /** Says XOFF before each line it runs, and XON after. */
  readonly holds?: boolean;
}

export interface FakeOptions {
  readonly board?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly faults?: Faults;
  /** What it prints by itself after `load()`. */
  readonly afterLoad?: readonly string[];
  /** A line half-typed by somebody, and code that prints all the time. */
  readonly isBusy?: boolean;
}

export class FakeEspruino {
  readonly files: Map<string, Buffer>;
  /** Every line it ran, and `^C`. */
  readonly ran: string[] = [];
  loads = 0;
  readonly wire: Wire;
  readonly #options: FakeOptions;
  readonly #stream: Duplex;
  #line: string;
  #isMute = false;
  #toLose: readonly RegExp[];

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.#toLose = options.faults?.loses ?? [];
    this.files = new Map(
      Object.entries(options.files ?? {}).map(([name, text]) => [name, Buffer.from(text, "latin1")]),
    );
    this.#line = options.isBusy === true ? "foo(" : "";
    this.#stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        for (const byte of chunk) this.#take(byte);
        done();
      },
    });
    this.wire = {
      name: "fake",
      stream: this.#stream,
      setModemLines: null,
      setBaud: null,
      close: async () => void this.#stream.destroy(),
    };
  }

  text(name: string): string | undefined {
    return this.files.get(name)?.toString("latin1");
  }

  print(text: string): void {
    if (!this.#isMute) this.#stream.push(Buffer.from(text, "latin1"));
  }

  #take(byte: number): void {
    const character = String.fromCharCode(byte);
    if (character === "\x03") {
      this.ran.push("^C");
      this.#line = "";
      this.print("\r\x1b[J>");
    } else if (character !== "\n") this.#line += character;
    else this.#run();
  }

  #run(): void {
    const { faults = {}, isBusy = false } = this.#options;
    const typed = this.#arrived(this.#line);
    if (isOpen(typed)) {
      this.#line = `${typed}\n`;
      return;
    }
    const isSilent = typed.startsWith("\x10");
    const line = isSilent ? typed.slice(1) : typed;
    this.#line = "";
    this.ran.push(line);
    if (!isSilent) this.print(`${line}\r\n`);
    if (isBusy) this.print("temperature 21.5\r\n");
    if (faults.holds === true) this.print("\x13");
    if (faults.silentAfter?.test(line)) this.#isMute = true;
    this.#evaluate(line);
    if (faults.holds === true) this.print("\x11");
    if (faults.closesAfter?.test(line)) this.#stream.destroy();
    this.print(isSilent ? ">" : "=undefined\r\n>");
  }

  #arrived(sent: string): string {
    const lost = this.#toLose.find((pattern) => pattern.test(sent));
    if (lost === undefined) return sent;
    this.#toLose = this.#toLose.filter((pattern) => pattern !== lost);
    return sent.replace(lost, "");
  }

  #evaluate(line: string): void {
    try {
      runInContext(line, this.#context());
    } catch (error) {
      const { name, message } = error as Error;
      this.print(`Uncaught ${name}: ${message}\r\n    at REPL (:1:20)\r\n${line}\r\n    ^\r\n`);
    }
  }

  #context(): object {
    const { board = "ESP8266_4MB" } = this.#options;
    return createContext({
      print: (...values: unknown[]) => this.print(`${values.join(" ")}\r\n`),
      process: { env: { BOARD: board }, version: "2v29", memory: () => ({ total: 1600 }) },
      require: () => this.#storage(),
      E: { CRC32: (text: string) => crc32(Buffer.from(text, "latin1")), kickWatchdog: () => {} },
      reset: () => this.print("\r\n 2v29 (c) 2025 G.Williams\r\n"),
      load: () => {
        this.loads++;
        for (const said of this.#options.afterLoad ?? []) this.print(`${said}\r\n`);
      },
    });
  }

  #storage(): object {
    const { freeBytes = 100_000, corrupts, refusesToWrite } = this.#options.faults ?? {};
    return {
      list: () => [...this.files.keys()],
      erase: (name: string) => void this.files.delete(name),
      eraseAll: () => this.files.clear(),
      compact: () => {},
      getFree: () => freeBytes,
      read: (name: string) => this.files.get(name)?.toString("latin1"),
      write: (name: string, data: string, at: number, size: number) => {
        if (name === refusesToWrite) throw new Error("Too big");
        const file = this.files.get(name) ?? Buffer.alloc(size, 0xff);
        file.write(data, at, "latin1");
        if (name === corrupts) file[at] = (file[at] ?? 0) ^ 1;
        this.files.set(name, file);
        return true;
      },
    };
  }
}

/** In the middle of a string: the interpreter waits for the rest. */
function isOpen(line: string): boolean {
  return (line.replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
}
