// Owns how long a test waits for what has to come. Nothing that comes is awaited longer than it takes, so that the length is a
// matter of busy machines alone. Refuses to bound how quick anything is.

/** Longer than a busy machine holds a process up. */
export const PATIENCE_MS = 60_000;

/** A test that has not ended by then never will. */
export const HANG_MS = 10 * PATIENCE_MS;
