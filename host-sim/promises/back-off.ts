// Owns the promise that reconnections are spread: below a ceiling that grows without progress, anywhere below it. Refuses to know
// why connections end.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  attempts: number;
  connectedMs: number | null;
  /** What the present wait may last; null when nothing is waited for. */
  ceilingMs: number | null;
  closedMs: number;
  /** What is told to say goodbye does not come back. */
  isLeaving: boolean;
}

/** What the client does for its own sake is followed at once, and a waking device has waited enough. */
const FOLLOWED_AT_ONCE: ReadonlySet<string> = new Set(["sessionCleared", "restored"]);
const ATTEMPTS_MAX = 16;
/** A laptop's timers are that late. */
const LATE_MS = 50;

/** So unlikely are even draws that all lie as near to one end: a coincidence in a thousand million waits. */
const COINCIDENCE = 1e-9;
/** Below its ceiling by less than this share is at its ceiling. */
const AT_CEILING_SHARE = 0.01;

/** The mean of so many even draws lies outside these bounds once in 10^8 runs. */
const WAITS_AT_LEAST = 30;
const MEAN_SHARE = { from: 0.2, to: 0.8 } as const;

export const backOff: KeptPromise = {
  name: "back-off",
  claim: "The wait before a connection is drawn evenly below a ceiling that doubles until there is progress.",
  observe,
};

function observe({ pace, devices: count }: RunFacts, verdicts: Verdicts): Observer {
  const devices = perDevice(
    (): Device => ({ attempts: 0, connectedMs: null, ceilingMs: null, closedMs: 0, isLeaving: false }),
  );
  let waits = 0;
  let shares = 0;
  let lowestShare = 1;

  /** Whether the wait is over or goes on, it may not be longer than this. */
  function judgeWait(atMs: number, device: number, { ceilingMs, closedMs }: Device): void {
    if (ceilingMs === null) return;
    const waitedMs = atMs - closedMs;
    if (waitedMs <= ceilingMs * 1.001 + LATE_MS) verdicts.held();
    else
      verdicts.broken(atMs, device, `waited ${Math.round(waitedMs)} ms, where ${ceilingMs} ms are the most`);
  }

  function open({ atMs, device }: OfKind<"opening">): void {
    const of = devices(device);
    const { ceilingMs, closedMs } = of;
    judgeWait(atMs, device, of);
    of.ceilingMs = null;
    if (ceilingMs === null) return;
    const share = (atMs - closedMs) / ceilingMs;
    waits += 1;
    shares += share;
    lowestShare = Math.min(lowestShare, share);
  }

  /** Full jitter from a constant ceiling would have too small shares, no jitter too large ones. */
  function judgeSpread(atMs: number): void {
    const mean = shares / waits;
    if ((1 - lowestShare + AT_CEILING_SHARE) ** waits < COINCIDENCE) {
      verdicts.broken(
        atMs,
        1,
        `none of ${waits} waits is below ${Math.round(lowestShare * 100)} % of its ceiling`,
      );
    } else if (waits >= WAITS_AT_LEAST && (mean < MEAN_SHARE.from || mean > MEAN_SHARE.to)) {
      verdicts.broken(atMs, 1, `waits are ${Math.round(mean * 100)} % of their ceiling on average`);
    } else {
      verdicts.held();
    }
  }

  function stopWaiting({ atMs, device }: OfKind<"power"> | OfKind<"goodbye">): void {
    const of = devices(device);
    judgeWait(atMs, device, of);
    of.ceilingMs = null;
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
      if (of.isLeaving || FOLLOWED_AT_ONCE.has(reason)) return;
      of.closedMs = atMs;
      of.ceilingMs = Math.min(pace.backoffBaseMs * 2 ** of.attempts, pace.backoffMaxMs);
      of.attempts = Math.min(of.attempts + 1, ATTEMPTS_MAX);
    },
    power(happening) {
      stopWaiting(happening);
      const of = devices(happening.device);
      of.connectedMs = null;
      of.isLeaving = false;
      if (happening.cause !== "sleep") of.attempts = 0;
    },
    goodbye(happening) {
      stopWaiting(happening);
      devices(happening.device).isLeaving = true;
    },
    end({ atMs }) {
      for (let device = 1; device <= count; device += 1) judgeWait(atMs, device, devices(device));
      if (waits > 0) judgeSpread(atMs);
    },
  };
}

/** A connection that outlasted the longest wait is progress too. In doubt it is not: that allows the longer wait. */
function hasOutlasted({ connectedMs }: Device, atMs: number, { backoffMaxMs }: RunFacts["pace"]): boolean {
  return connectedMs !== null && atMs - connectedMs > backoffMaxMs * 1.001 + 100;
}
