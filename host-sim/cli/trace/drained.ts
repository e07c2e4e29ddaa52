// Owns writing no faster than a stream takes it. Refuses to know what is written.

import { once } from "node:events";
import type { Writable } from "node:stream";

/** Resolves when more may be written, at once for a stream whose reader has gone. */
export async function drained(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (stream.destroyed || stream.write(chunk) || stream.destroyed) return;
  const over = new AbortController();
  const done = (): void => over.abort();
  stream.once("close", done);
  try {
    await once(stream, "drain", { signal: over.signal });
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    stream.off("close", done);
  }
}
