// Owns the wait for something that an interpreter brings about in its own time. Knows nothing of what is waited for.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { LinuxEspruino } from "./linux-espruino.ts";

/** Fails with what `what` tells then: after so long, and as soon as the interpreter reports an error. */
export async function until(
  { board, isDone }: { readonly board: LinuxEspruino; readonly isDone: () => boolean | Promise<boolean> },
  what: () => string,
  withinMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isDone())) {
    if (board.fault !== undefined || performance.now() > deadline) {
      assert.fail([...board.lines, what()].join("\n"));
    }
    await sleep(20);
  }
}
