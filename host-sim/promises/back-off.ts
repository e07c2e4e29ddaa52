// Owns the promise that reconnections are spread: below a ceiling that grows without progress, anywhere below it. Refuses to know
// why connections end.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunEnd, Verdicts } from "./promise.ts";

type Pace = { readonly backoffBaseMs: number; readonly backoffMaxMs: number };

interface Device {
  attempts: number;
  connectedMs: number | null;
  /** What the present wait may last; null when nothing is waited for. */
  ceilingMs: number | null;
  closedMs: number;
}

/** What the client does for its own sake is followed at once, and a waking device has waited enough. */
const FOLLOWED_AT_ONCE: ReadonlySet<string> = new Set(["sessionCleared", "restored", "goodbye"]);
const ATTEMPTS_MAX = 16;

/** The mean of so many even draws lies outside these bounds once in 10^8 runs. */
const WAITS_AT_LEAST = 30;
const MEAN_SHARE = { from: 0.2, to: 0.8 } as const;

export const backOff: KeptPromise = {
  name: "back-off",
  claim: "The wait before a connection is drawn evenly below a ceiling that doubles until there is progress.",
  observe: ({ pace }, verdicts) => observe(pace, verdicts),
};

function observe(pace: Pace, verdicts: Verdicts): Observer {
  const devices = perDevice((): Device => ({ attempts: 0, connectedMs: null, ceilingMs: null, closedMs: 0 }));
  let waits = 0;
  let shares = 0;

  function open({ atMs, device }: OfKind<"opening">): void {
    const of = devices(device);
    const { ceilingMs, closedMs } = of;
    of.ceilingMs = null;
    if (ceilingMs === null) return;
    const waitedMs = atMs - closedMs;
    waits += 1;
    shares += waitedMs / ceilingMs;
    if (waitedMs <= ceilingMs * 1.001 + 50) verdicts.held();
    else
      verdicts.broken(atMs, device, `waited ${Math.round(waitedMs)} ms, where ${ceilingMs} ms are the most`);
  }

  /** Full jitter from a constant ceiling would have too small shares, no jitter too large ones. */
  function judgeSpread({ atMs }: RunEnd): void {
    if (waits < WAITS_AT_LEAST) return;
    const mean = shares / waits;
    if (mean >= MEAN_SHARE.from && mean <= MEAN_SHARE.to) verdicts.held();
    else verdicts.broken(atMs, 1, `waits are ${Math.round(mean * 100)} % of their ceiling on average`);
  }

  return {
    opening: open,
    connected({ atMs, device }) {
      devices(device).connectedMs = atMs;
    },
    readingEnded({ device, end }) {
      if (end === "published") devices(device).attempts = 0;
    },
    closed({ atMs, device, reason }) {
      const of = devices(device);
      if (hasOutlasted(of, atMs, pace)) of.attempts = 0;
      of.connectedMs = null;
      of.ceilingMs = null;
      if (FOLLOWED_AT_ONCE.has(reason)) return;
      of.closedMs = atMs;
      of.ceilingMs = Math.min(pace.backoffBaseMs * 2 ** of.attempts, pace.backoffMaxMs);
      of.attempts = Math.min(of.attempts + 1, ATTEMPTS_MAX);
    },
    power({ device, cause }) {
      const of = devices(device);
      of.ceilingMs = null;
      of.connectedMs = null;
      if (cause !== "sleep") of.attempts = 0;
    },
    end: judgeSpread,
  };
}

/** A connection that outlasted the longest wait is progress too. In doubt it is not: that allows the longer wait. */
function hasOutlasted({ connectedMs }: Device, atMs: number, { backoffMaxMs }: Pace): boolean {
  return connectedMs !== null && atMs - connectedMs > backoffMaxMs * 1.001 + 100;
}
