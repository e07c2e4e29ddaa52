// What a command is: how it describes itself, and what it is given to run with. Knows no command.
import type { Readable } from "node:stream";
import type { Command, OptionValues } from "commander";
import type { Clock } from "../time/clock.ts";
import type { OutputStreams } from "./output.ts";
import type { Interruption, SignalSource } from "./signals.ts";

/** The world a command runs in: this process, or a test's stand-in for it. */
export interface Surroundings extends OutputStreams {
  readonly stdin: Readable;
  readonly signals: SignalSource;
  /** Real time since the start: for bounds and pauses. */
  readonly clock: Clock;
  /** The date: for time stamps only. */
  readonly date: () => Date;
  readonly exit: (exitCode: number) => void;
  /** The folder of motekit's package.json. */
  readonly root: string;
}

export interface Context extends Surroundings {
  readonly interruption: Interruption;
}

interface Described {
  /** The first lines of its help. */
  readonly description: string;
  /** Whole command lines that work as typed, each starting with `npx motekit`. */
  readonly examples: readonly string[];
}

/** A command whose options commander parses. `run` resolves to the exit code, or throws a `Failure`. */
export interface ParsedCommand extends Described {
  readonly kind: "parsed";
  define(command: Command): void;
  run(context: Context, options: OptionValues, args: readonly string[]): Promise<number>;
}

/** A command that parses its own options, because another program has settled them. */
export interface RawCommand extends Described {
  readonly kind: "raw";
  /** Usage and options, without the description and examples around them. */
  optionHelp(): string;
  wantsHelp(argv: readonly string[]): boolean;
  run(context: Context, argv: readonly string[]): Promise<number>;
}

export type CommandModule = ParsedCommand | RawCommand;

/** A command as the list of commands knows it, before its file is loaded. */
export interface Registration {
  readonly name: string;
  /** One line, for the list in `npx motekit --help`. */
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}
