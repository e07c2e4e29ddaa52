// Owns how long a test waits for what has to come. Nothing that comes is awaited longer than it takes, so that the length is a
// matter of busy machines alone. Refuses to bound how quick anything is.

/** Longer than a busy machine holds a process up. */
export const PATIENCE_MS = 60_000;
