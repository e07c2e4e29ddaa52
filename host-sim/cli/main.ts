// The motekit command from arguments to exit code. Knows how a command is run; not what any of them does.

import { packageVersion } from "../package/package-root.ts";
import type { CommandModule, Context, Registration, Surroundings } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, reportOf } from "./failure.ts";
import { flushed, whenReaderLeaves } from "./output.ts";
import { createParser, rawHelp } from "./parser.ts";
import { type Interruption, listenForInterruption } from "./signals.ts";
import { thisProcess } from "./surroundings.ts";

/**
 * Runs one command and resolves to its exit code, when what it printed has left the process. Whatever a
 * command leaves open (a socket, stdin) is for the caller to end, by ending the process.
 */
export async function main(
  argv: readonly string[],
  surroundings: Surroundings = thisProcess(),
  commands: readonly Registration[] = COMMANDS,
): Promise<number> {
  const interruption = listenForInterruption(surroundings);
  whenReaderLeaves(surroundings.stdout, () => interruption.begun || interruption.begin(EXIT.done));
  whenReaderLeaves(surroundings.stderr, () => {});
  const context = inContext(surroundings, interruption);
  const done = run(context, argv, commands).catch((error: unknown) => failed(context, error));
  // An interrupted command may well resolve while its goodbyes are said: how it ended is then not its to say.
  const exitCode = await Promise.race([
    done.then((code) => (interruption.begun ? interruption.ended : code)),
    interruption.ended,
  ]);
  interruption.dispose();
  await Promise.all([flushed(surroundings.stdout), flushed(surroundings.stderr)]);
  return exitCode;
}

/** Through the prototype, so that stdin is still opened by its first use and no earlier. */
function inContext(surroundings: Surroundings, interruption: Interruption): Context {
  return Object.assign(Object.create(surroundings) as Surroundings, { interruption });
}

async function run(
  context: Context,
  argv: readonly string[],
  commands: readonly Registration[],
): Promise<number> {
  const [first, ...rest] = helpLast(argv);
  const version = packageVersion(context.root);
  const registration = commands.find(({ name }) => name === first);
  if (registration === undefined) return createParser(context, version, commands).parse(namedFirst(argv));
  const { name } = registration;
  const module = await registration.load();
  if (module.kind === "raw") return runRaw(context, name, module, rest);
  return createParser(context, version, commands, { name, module }).parse([name, ...rest]);
}

async function runRaw(
  context: Context,
  name: string,
  module: Extract<CommandModule, { kind: "raw" }>,
  argv: readonly string[],
): Promise<number> {
  if (!module.wantsHelp(argv)) return module.run(context, argv);
  context.stdout.write(rawHelp(name, module));
  return EXIT.done;
}

/** `help size` is `size --help`, so that only one file is loaded for it. */
function helpLast(argv: readonly string[]): readonly string[] {
  const [first, command] = argv;
  return first === "help" && command !== undefined ? [command, "--help"] : argv;
}

/** An unknown command stays unknown with `--help` behind it, which commander would answer first. */
function namedFirst(argv: readonly string[]): readonly string[] {
  const [first] = helpLast(argv);
  return first === undefined || first.startsWith("-") ? argv : [first];
}

/** What fails while the command is being ended fails because of that. */
function failed(context: Context, error: unknown): number {
  const { exitCode, text } = reportOf(error);
  if (!context.interruption.begun) context.stderr.write(text);
  return exitCode;
}
