// Owns when a stack's timer really runs: stacks count ticks. Refuses to know what is timed.

/** lwIP: TCP_SLOW_INTERVAL and TCP_FAST_INTERVAL (priv/tcp_priv.h). */
export const SLOW_TICK_MS = 500;
export const FAST_TICK_MS = 250;

/** How many ticks a stack that counts since `sinceMs` has seen. */
export function ticksAt(nowMs: number, sinceMs: number, tickMs: number): number {
  return Math.floor((nowMs - sinceMs) / tickMs);
}

/** The `ticks`-th tick from now: a wait of so many ticks is up to one shorter. */
export function tickAfter(nowMs: number, sinceMs: number, tickMs: number, ticks: number): number {
  return sinceMs + (ticksAt(nowMs, sinceMs, tickMs) + ticks) * tickMs;
}

/** CONFIG_HZ=250, as distributions build their kernels. */
export const JIFFY_MS = 4;
/** kernel/time/timer.c: 64 buckets a level, each level's eight times as coarse as those of the level below. */
const LEVEL_REACH = 63;
const COARSER_BY = 8;

/** Linux' timer wheel: never early, and late by up to an eighth of the wait. `sinceMs` is when the machine booted. */
export function wheelDeadline(nowMs: number, sinceMs: number, delayMs: number): number {
  const delay = Math.max(1, Math.ceil(delayMs / JIFFY_MS));
  let granule = 1;
  for (let reach = LEVEL_REACH; delay >= reach; reach *= COARSER_BY) granule *= COARSER_BY;
  const expires = ticksAt(nowMs, sinceMs, JIFFY_MS) + delay;
  return sinceMs + (Math.floor(expires / granule) + 1) * granule * JIFFY_MS;
}
