// Owns time as the wall has it, and the one place that asks Node for it. Refuses to know what is timed.

import { performance } from "node:perf_hooks";
import type { Clock, Timer } from "./clock.ts";
import { EventQueue } from "./event-queue.ts";

/** Node turns a longer delay into 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * A clock that is monotonic and starts at `startMs`. All its timers share one queue and one timeout of
 * Node's: deadlines are then met in order, which timeouts of different lengths do not promise. It keeps the
 * process alive while a timer is pending, and not a moment longer.
 */
export function createRealClock(startMs = 0): Clock {
  const queue = new EventQueue();
  const origin = performance.now() - startMs;
  const now = (): number => performance.now() - origin;
  let disarm: () => void = () => undefined;
  let armedForMs: number | null = null;

  function arm(): void {
    if (armedForMs === queue.earliestMs) return;
    disarm();
    armedForMs = queue.earliestMs;
    if (armedForMs !== null) disarm = callIn(armedForMs - now(), onTimeout);
  }

  function onTimeout(): void {
    armedForMs = null;
    // One reading for the whole batch: what is asked for meanwhile waits for the next turn of the loop.
    const dueMs = now();
    try {
      for (let entry = queue.takeUntil(dueMs); entry !== null; entry = queue.takeUntil(dueMs)) entry.run();
    } finally {
      arm();
    }
  }

  function at(deadlineMs: number, run: () => void): Timer {
    const entry = queue.add(Math.max(deadlineMs, now()), run);
    arm();
    const cancel = (): void => {
      queue.remove(entry);
      arm();
    };
    return { cancel };
  }

  return {
    get nowMs() {
      return now();
    },
    at,
  };
}

/** Node's timeouts may come early and cannot be long; the queue asks again until the deadline is reached. */
function callIn(delayMs: number, run: () => void): () => void {
  if (delayMs <= 0) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timeout = setTimeout(run, Math.min(Math.ceil(delayMs), LONGEST_TIMEOUT_MS));
  return () => clearTimeout(timeout);
}
