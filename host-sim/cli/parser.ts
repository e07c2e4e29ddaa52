// commander, set up to keep the command's contract: what it says, where it says it, and how usage errors end.
import { Command, CommanderError } from "commander";
import type { CommandModule, Context, ParsedCommand, Registration } from "./command.ts";
import { EXIT, type Failure, usageFailure } from "./failure.ts";

export const PROGRAM = "npx motekit";

export interface Parser {
  /** The exit code, or a `Failure`: also for what commander itself finds wrong. */
  parse(argv: readonly string[]): Promise<number>;
}

/** Every command is listed; `called`, the one whose file is loaded, is filled in. */
export function createParser(
  context: Context,
  version: string,
  commands: readonly Registration[],
  called?: { readonly name: string; readonly module: ParsedCommand },
): Parser {
  const program = quiet(new Command(PROGRAM), context);
  program
    .description("MQTT firmware for small devices, and the worst links there are to try it on")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", `\nExample:\n  $ ${PROGRAM} doctor\n\n${PROGRAM} COMMAND --help tells more.`);
  let exitCode: number = EXIT.done;
  for (const { name, summary } of commands) {
    const command = quiet(program.command(name).summary(summary), context).helpOption(
      "--help",
      "print this help",
    );
    if (called?.name !== name) continue;
    describe(command, called.module);
    command.action(async () => {
      exitCode = await called.module.run(context, command.opts(), command.args);
    });
  }
  return {
    async parse(argv) {
      try {
        await program.parseAsync(argv, { from: "user" });
        return exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return EXIT.done;
        throw explained(
          error,
          program,
          program.commands.find((command) => command.name() === called?.name),
        );
      }
    },
  };
}

/** The help of a command that parses its own options, in the shape commander gives the others. */
export function rawHelp(name: string, module: Extract<CommandModule, { kind: "raw" }>): string {
  return `Usage: ${PROGRAM} ${name} [options]\n\n${module.description}\n\n${module.optionHelp()}\n${examples(module)}\n`;
}

/** A command as its own file describes it. */
export function describe(command: Command, module: ParsedCommand): void {
  module.define(command.description(module.description).addHelpText("after", `\n${examples(module)}`));
}

function examples(module: CommandModule): string {
  const lines = module.examples.map((example) => `  $ ${example}`);
  return [module.examples.length === 1 ? "Example:" : "Examples:", ...lines].join("\n");
}

/** Help goes to the context's stdout, errors are thrown and nothing ends the process. */
function quiet(command: Command, context: Context): Command {
  return command
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: () => {},
    });
}

/** commander's finding in this command's words: what is wrong, then what is accepted. */
function explained(error: CommanderError, program: Command, called: Command | undefined): Failure {
  // commander prints the help itself when no command was given.
  if (error.code === "commander.help") return usageFailure("no command given", acceptedCommands(program));
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)$/s, " (did you mean $1?)");
  if (called === undefined) return usageFailure(message, acceptedCommands(program));
  const surplus = called.args.slice(called.registeredArguments.length).join(" ");
  const what = error.code === "commander.excessArguments" ? `nothing is done with "${surplus}"` : message;
  return usageFailure(`${called.name()}: ${what}`, acceptedOptions(called));
}

function acceptedCommands(program: Command): string {
  return `Accepted: ${program.commands.map((command) => command.name()).join(", ")}; --help, --version`;
}

function acceptedOptions(command: Command): string {
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .map((option) => option.flags);
  return `Accepted: ${[...command.registeredArguments.map((argument) => argument.name()), ...flags].join(", ")}`;
}
