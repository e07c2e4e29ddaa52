// Lets virtual time pass, as fast as Node gets round to things, until a promise is settled.
import type { VirtualClock } from "../../../time/virtual-clock.ts";

const MOST_STEPS = 20_000;

/** What `work` comes to. A promise that nothing settles any more fails the test instead of hanging it. */
export async function inTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = work.finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  for (let step = 0; step < MOST_STEPS && !isSettled; step++) {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (!isSettled && !isWorking(clock)) break;
  }
  if (!isSettled) throw new Error("nothing is left that could settle it");
  return settled;
}

function isWorking(clock: VirtualClock): boolean {
  return clock.runNext();
}
