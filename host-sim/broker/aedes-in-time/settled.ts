// Owns the wait until Node has nothing left to do at once. Refuses to know what was being done.

/**
 * Resolves when no callback, promise or immediate is due any more: all that waits now waits for time, a socket or a file. This is how
 * a library that works in turns of Node's loop finishes what it began at one moment of simulated time before the next one comes.
 */
export async function settled(): Promise<void> {
  do {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  } while (process.getActiveResourcesInfo().includes("Immediate"));
}
