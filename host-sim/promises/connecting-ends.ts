// Owns the promise that an attempt to connect ends in time, one way or the other. Refuses to know what comes after it.

import { toleranceMs } from "./liveness.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  /** When it opened; null when it is over. */
  sinceMs: number | null;
  limitMs: number;
}

/** A connection that only discards an old session has two steps after its CONNACK, and a drain: a close must not destroy what was sent. */
const STEPS_TO_DISCARD = 2;
const DRAIN_MS = 3000;

export const connectingEnds: KeptPromise = {
  name: "connecting-ends",
  claim: "An attempt to connect is accepted or closed within its time-out.",
  observe,
};

function observe({ devices: count, pace }: RunFacts, verdicts: Verdicts): Observer {
  const timeoutMs = pace.connectTimeoutMs;
  const devices = perDevice((): Device => ({ sinceMs: null, limitMs: 0 }));

  function begin(atMs: number, device: number, limitMs: number): void {
    const of = devices(device);
    of.sinceMs = atMs;
    of.limitMs = limitMs;
  }

  function conclude({ atMs, device }: { readonly atMs: number; readonly device: number }): void {
    const of = devices(device);
    if (of.sinceMs === null) return;
    const tookMs = atMs - of.sinceMs;
    of.sinceMs = null;
    if (tookMs <= of.limitMs + toleranceMs(of.limitMs)) verdicts.held();
    else verdicts.broken(atMs, device, `an attempt to connect took ${Math.round(tookMs / 1000)} s`);
  }

  function forget({ device }: OfKind<"power"> | OfKind<"goodbye">): void {
    devices(device).sinceMs = null;
  }

  return {
    opening: ({ atMs, device }) => begin(atMs, device, timeoutMs),
    received: {
      connack({ atMs, device }) {
        conclude({ atMs, device });
        begin(atMs, device, STEPS_TO_DISCARD * timeoutMs + DRAIN_MS);
      },
    },
    connected: conclude,
    closed: conclude,
    power: forget,
    goodbye: forget,
    end({ atMs }) {
      for (let device = 1; device <= count; device += 1) conclude({ atMs, device });
    },
  };
}
