// Writes the interpreter with the esptool that the user has. Knows its command line; not which files go where.
import { spawn } from "node:child_process";
import { findProgram } from "../../programs/find-program.ts";
import type { InterpreterFacts } from "../board-facts.ts";
import { Trouble } from "../trouble.ts";
import type { FlashPart } from "./image-files.ts";

const PROGRAMS = ["esptool", "esptool.py"];

/** On the PATH, or undefined. */
export function findEsptool(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return findProgram(PROGRAMS, env);
}

/** Underscores: versions up to 4 know nothing else, and 5 still takes them. */
export function esptoolArguments(
  path: string,
  facts: InterpreterFacts,
  parts: readonly FlashPart[],
): readonly string[] {
  return [
    ...["--chip", facts.chip, "--port", path, "--baud", String(facts.baud)],
    ...["--before", "default_reset", "--after", "hard_reset", "write_flash", "--erase-all"],
    ...[
      "--flash_mode",
      facts.flashMode,
      "--flash_freq",
      facts.flashFrequency,
      "--flash_size",
      facts.flashSize,
    ],
    ...parts.flatMap(({ address, file }) => [`0x${address.toString(16)}`, file]),
  ];
}

/** Its words go to `say`. Throws a missing `Trouble`. */
export async function runEsptool(
  program: string,
  args: readonly string[],
  say: (words: string) => void,
): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const tell = (chunk: Buffer): void => {
    for (const line of chunk.toString().split(/[\r\n]+/)) if (line.trim() !== "") say(line.trim());
  };
  child.stdout.on("data", tell);
  child.stderr.on("data", tell);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((error: Error) => {
    throw new Trouble("missing", `${program} does not run: ${error.message}`, "Use --esptool built-in");
  });
  if (code === 0) return;
  throw new Trouble(
    "missing",
    `${program} ended with ${code ?? "a signal"}; what it said stands above`,
    "Hold GPIO0 (FLASH, BOOT) to ground while you press reset and try again, or use --esptool built-in",
  );
}
