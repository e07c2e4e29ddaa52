// The client's arithmetic on time, and the only place where a subtraction may wrap. It reads no clock: readings are
// arguments, unsigned 32-bit milliseconds that wrap after 49.7 days.

/** "No deadline" has its own value. */
export const NO_DEADLINE: i32 = -1;

/** The nearer of two deadlines. */
export function sooner(a: i32, b: i32): i32 {
  if (a < 0) return b;
  return b < 0 || a < b ? a : b;
}

/** Milliseconds from one reading of the clock to a later one, right across the wrap as long as they lie within 24.8 days. */
export function elapsedMs(sinceMs: u32, nowMs: u32): i32 {
  return <i32>(nowMs - sinceMs);
}

/** What is left of `durationMs` that began at `sinceMs`; 0 once it is over. A clock that steps back a little ends nothing early. */
export function remainingMs(sinceMs: u32, durationMs: u32, nowMs: u32): u32 {
  const elapsed: i32 = elapsedMs(sinceMs, nowMs);
  if (elapsed <= 0) return durationMs;
  return <u32>elapsed >= durationMs ? 0 : durationMs - <u32>elapsed;
}

/** True from `durationMs` after `sinceMs` on. */
export function hasElapsed(sinceMs: u32, durationMs: u32, nowMs: u32): bool {
  return remainingMs(sinceMs, durationMs, nowMs) == 0;
}
