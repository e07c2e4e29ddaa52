// Watches a restarted board until it says that it is connected, or until it is clear that it will not be. Knows its reports;
// not how it was restarted.
import { after, type Clock, type Timer } from "../../time/clock.ts";
import { Trouble } from "../trouble.ts";
import { isFinal, parseReport, type Report, remedyFor } from "./report.ts";

/** From the restart to the first word: an interpreter, its file system and our code are up long before. */
export const START_LIMIT_MS = 20_000;

export interface Watched {
  /** Lines of the board as they come; the watcher is the only listener. */
  onLine(listen: (line: string) => void): void;
  /** Resolves when the port is no more. */
  readonly gone: Promise<void>;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly limitMs: number;
  /** For people, as it comes. */
  readonly say: (words: string) => void;
}

/** Resolves to the name the device goes by. Throws a `Trouble` that says how far it came. */
export function watchUntilConnected(board: Watched, options: WatchOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const history = new History();
    const timers: Timer[] = [];
    const end = (finish: () => void): void => {
      for (const timer of timers) timer.cancel();
      board.onLine(() => {});
      finish();
    };
    const giveUp = (): void => end(() => reject(history.verdict(options.limitMs)));
    timers.push(after(options.clock, options.limitMs, giveUp));
    const startLimitMs = Math.min(START_LIMIT_MS, options.limitMs);
    timers.push(after(options.clock, startLimitMs, () => history.hasSpoken || giveUp()));
    void board.gone.then(() => end(() => reject(portGone())));
    board.onLine((line) => {
      const report = history.add(line);
      if (report === undefined) return;
      options.say(wordsOf(report));
      if (report.kind === "connected") end(() => resolve(history.name));
      else if (report.kind === "error" && isFinal(report.code)) giveUp();
    });
  });
}

function wordsOf(report: Report): string {
  switch (report.kind) {
    case "started":
      return `started as ${report.name}`;
    case "error":
      return `${report.code}: ${report.sentence}`;
    case "remark":
      return report.words;
    case "connected":
      return "connected";
  }
}

function portGone(): Trouble {
  return new Trouble(
    "missing",
    "the port closed while the board was starting",
    "Check the board's power: WiFi draws 300 mA for moments, which some USB ports and regulators do not give",
  );
}

/** What the board has said so far, and what follows from it. */
class History {
  name = "";
  hasSpoken = false;
  #error: { readonly code: string; readonly sentence: string } | null = null;
  #last = "";
  #uncaught = "";

  add(line: string): Report | undefined {
    const report = parseReport(line);
    if (report === undefined) {
      if (this.#uncaught === "" && /^Uncaught |interpreter error|^Out of memory/i.test(line)) {
        this.#uncaught = line;
      }
      return undefined;
    }
    this.hasSpoken = true;
    if (report.kind === "started") this.name = report.name;
    if (report.kind === "error") this.#error = report;
    if (report.kind === "remark") this.#last = report.words;
    return report;
  }

  verdict(limitMs: number): Trouble {
    if (this.#error !== null) {
      const { code, sentence } = this.#error;
      return new Trouble("missing", `the board reports ${code}: ${sentence}`, remedyFor(code));
    }
    if (this.#uncaught !== "") {
      return new Trouble(
        "broken",
        `the code fails on the board: ${this.#uncaught}`,
        /memory/i.test(this.#uncaught)
          ? remedyFor("memory")
          : "Check that --board names this board and that its Espruino is 2v29 or newer",
      );
    }
    if (!this.hasSpoken) {
      return new Trouble(
        "missing",
        "the board was restarted, and its code never said a word",
        "Press reset and watch its console; check that its Espruino is 2v29 or newer",
      );
    }
    return new Trouble(
      "missing",
      `the board was not connected after ${limitMs / 1000} s; its last word was "${this.#last || `start ${this.name}`}"`,
      "Wait longer with --wait, or see docs/espruino.md, troubleshooting",
    );
  }
}
