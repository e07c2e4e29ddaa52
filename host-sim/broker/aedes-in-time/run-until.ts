// Owns simulated time that waits for what works asynchronously. Refuses to know what that is.

import type { VirtualClock } from "../../time/virtual-clock.ts";

/**
 * As `clock.runUntil`, but after each event `settle` is awaited before the next, so that what an event has set going is done at that
 * event's time.
 */
export async function runUntil(
  clock: VirtualClock,
  untilMs: number,
  settle: () => Promise<void>,
): Promise<void> {
  await settle();
  while (clock.nextMs !== null && clock.nextMs <= untilMs) {
    clock.runNext();
    await settle();
  }
  clock.runUntil(untilMs);
}
