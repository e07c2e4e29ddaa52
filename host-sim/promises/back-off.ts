// Owns the promise that reconnections are spread: below a ceiling that grows without progress, anywhere below it, and that power
// and sleep are followed by a connection. Refuses to know why connections end.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  attempts: number;
  connectedMs: number | null;
  /** What the present wait may last; null when nothing is waited for. */
  ceilingMs: number | null;
  /** When the present wait began, or what is left of it after a sleep. */
  sinceMs: number;
  /** Whether the present wait was drawn, whole. */
  isDrawn: boolean;
  /** When it fell asleep, if it did. */
  asleepMs: number;
  /** What is told to say goodbye does not come back. */
  isLeaving: boolean;
}

/** What the client does for its own sake is followed at once. */
const FOLLOWED_AT_ONCE: readonly string[] = ["sessionCleared", "olderVersion"];
/** How a device that wakes tells of the connection that it had. */
const LOST_ASLEEP = "restored";
const ATTEMPTS_MAX = 16;
/** The oscillators that count through a sleep are wrong by less. */
const SLEPT_SHARE = 0.95;

/** So unlikely are even draws that all lie as near to one end: a coincidence in a thousand million waits. */
const COINCIDENCE = 1e-9;
/** Below its ceiling by less than this share is at its ceiling. */
const AT_CEILING_SHARE = 0.01;

/** The mean of so many even draws lies outside these bounds once in 10^8 runs. */
const WAITS_AT_LEAST = 30;
const MEAN_SHARE = { from: 0.2, to: 0.8 } as const;

export const backOff: KeptPromise = {
  name: "back-off",
  claim:
    "The wait before a connection is drawn evenly below a ceiling that doubles until there is progress; a device that starts dials at once, one that wakes too, or when what is left of its wait is over.",
  observe,
};

function observe({ pace, lateMs, devices: count }: RunFacts, verdicts: Verdicts): Observer {
  const devices = perDevice(
    (): Device => ({
      attempts: 0,
      connectedMs: null,
      ceilingMs: null,
      sinceMs: 0,
      isDrawn: false,
      asleepMs: 0,
      isLeaving: false,
    }),
  );
  const spread = new Spread(verdicts);

  /** Whether the wait is over or goes on, it may not be longer than this. */
  function judgeWait(atMs: number, device: number, { ceilingMs, sinceMs }: Device): void {
    if (ceilingMs === null) return;
    const waitedMs = atMs - sinceMs;
    if (waitedMs <= ceilingMs * 1.001 + lateMs) verdicts.held();
    else
      verdicts.broken(
        atMs,
        device,
        `waited ${Math.round(waitedMs)} ms, where ${Math.round(ceilingMs)} ms are the most`,
      );
  }

  function open({ atMs, device }: OfKind<"opening">): void {
    const of = devices(device);
    const { ceilingMs, sinceMs, isDrawn } = of;
    judgeWait(atMs, device, of);
    of.ceilingMs = null;
    if (ceilingMs !== null && isDrawn) spread.add((atMs - sinceMs) / ceilingMs);
  }

  function switchOff({ atMs, device, cause }: OfKind<"power">): void {
    const of = devices(device);
    judgeWait(atMs, device, of);
    of.connectedMs = null;
    of.isLeaving = false;
    of.asleepMs = atMs;
    if (cause === "sleep") return;
    of.attempts = 0;
    of.ceilingMs = null;
  }

  /** A sleep counts as waiting. */
  function switchOn({ atMs, device, cause }: OfKind<"power">): void {
    const of = devices(device);
    const leftMs = (of.ceilingMs ?? 0) - (atMs - of.asleepMs) * SLEPT_SHARE;
    of.ceilingMs = cause === "sleep" ? Math.max(0, leftMs) : 0;
    of.sinceMs = atMs;
    of.isDrawn = false;
  }

  function close({ atMs, device, reason }: OfKind<"closed">): void {
    const of = devices(device);
    if (hasOutlasted(of, atMs, pace)) of.attempts = 0;
    of.connectedMs = null;
    if (reason === LOST_ASLEEP) return;
    // a connection that nobody opened, since the device believes in an earlier one
    judgeWait(atMs, device, of);
    of.ceilingMs = null;
    if (of.isLeaving || FOLLOWED_AT_ONCE.includes(reason)) return;
    of.sinceMs = atMs;
    of.isDrawn = true;
    of.ceilingMs = Math.min(pace.backoffBaseMs * 2 ** of.attempts, pace.backoffMaxMs);
    of.attempts = Math.min(of.attempts + 1, ATTEMPTS_MAX);
  }

  return {
    opening: open,
    connected({ atMs, device }) {
      devices(device).connectedMs = atMs;
    },
    readingEnded({ device, end }) {
      if (end === "published" || end === "rejected") devices(device).attempts = 0;
    },
    closed: close,
    power(happening) {
      if (happening.isOn) switchOn(happening);
      else switchOff(happening);
    },
    goodbye({ atMs, device }) {
      const of = devices(device);
      judgeWait(atMs, device, of);
      of.ceilingMs = null;
      of.isLeaving = true;
    },
    end({ atMs }) {
      for (let device = 1; device <= count; device += 1) judgeWait(atMs, device, devices(device));
      spread.judge(atMs);
    },
  };
}

/** A connection that outlasted the longest wait is progress too. In doubt it is not: that allows the longer wait. */
function hasOutlasted({ connectedMs }: Device, atMs: number, { backoffMaxMs }: RunFacts["pace"]): boolean {
  return connectedMs !== null && atMs - connectedMs > backoffMaxMs * 1.001 + 100;
}

/** The waits of a run, all devices', as shares of their ceilings. */
class Spread {
  readonly #verdicts: Verdicts;
  #waits = 0;
  #shares = 0;
  #lowest = 1;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  add(share: number): void {
    this.#waits += 1;
    this.#shares += share;
    this.#lowest = Math.min(this.#lowest, share);
  }

  /** Full jitter from a constant ceiling would have too small shares, no jitter too large ones. */
  judge(atMs: number): void {
    if (this.#waits === 0) return;
    const mean = this.#shares / this.#waits;
    if ((1 - this.#lowest + AT_CEILING_SHARE) ** this.#waits < COINCIDENCE) {
      const percent = Math.round(this.#lowest * 100);
      this.#verdicts.broken(atMs, 1, `none of ${this.#waits} waits is below ${percent} % of its ceiling`);
    } else if (this.#waits >= WAITS_AT_LEAST && (mean < MEAN_SHARE.from || mean > MEAN_SHARE.to)) {
      this.#verdicts.broken(atMs, 1, `waits are ${Math.round(mean * 100)} % of their ceiling on average`);
    } else {
      this.#verdicts.held();
    }
  }
}
