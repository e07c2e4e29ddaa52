// How long to wait before the next connection, and when to suspect a second device under the same client id. The random
// word comes from the host.

import { Client } from "./block";
import { hasElapsed } from "./clock";
import { ClosedBy } from "./status";

/** The back-off stops doubling here; its highest value is the caller's. */
const MAX_ATTEMPTS: u16 = 16;
/** Accepted connections in a row that the server ended before anything was done. */
const KICKS_TO_REPORT: u16 = 5;

/** The first final acknowledgement of a connection: the broker does not merely accept. */
export function madeProgress(c: Client): void {
  c.progress = true;
  c.attempts = 0;
  c.kicks = 0;
}

/** Exponential, full jitter: anywhere between 0 and a ceiling that doubles with every attempt without progress. */
export function backoffMs(c: Client, random: u32): u32 {
  let ceiling: u32 = c.backoffBaseMs;
  for (let i: u32 = 0; i < c.attempts && ceiling < c.backoffMaxMs; i++) ceiling <<= 1;
  ceiling = min<u32>(ceiling, c.backoffMaxMs);
  if (c.attempts < MAX_ATTEMPTS) c.attempts += 1;
  return ceiling == 0 ? 0 : random % ceiling;
}

/** A connection that outlasted the longest wait is what neither the back-off nor the suspicion is for. Asked when it ends. */
export function noteLifetime(c: Client, connectedSinceMs: u32, nowMs: u32): void {
  if (c.outlasted || hasElapsed(connectedSinceMs, c.backoffMaxMs, nowMs)) madeProgress(c);
}

/** An accepted connection ended. True when it is time to say that another device may be using this client id. */
export function noteKick(c: Client, by: ClosedBy): bool {
  if (by != ClosedBy.Server || c.progress) return false;
  c.kicks += 1;
  if (c.kicks < KICKS_TO_REPORT) return false;
  c.kicks = 0;
  return true;
}
