// This process as a command's surroundings. The one place of the command that reads the date.

import { packageRoot } from "../package/package-root.ts";
import { createRealClock } from "../time/real-clock.ts";
import type { Surroundings } from "./command.ts";

export function thisProcess(): Surroundings {
  return {
    // Opened at the first use only: an opened stdin keeps a terminal's input.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
    clock: createRealClock(),
    date: () => new Date(),
    exit: (exitCode) => process.exit(exitCode),
    root: packageRoot(),
  };
}
