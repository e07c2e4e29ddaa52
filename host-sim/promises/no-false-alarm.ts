// Owns the promise that a peer is not called silent before its answer's time is over. Refuses to know how long answers take.

import { type Bounds, boundsOf, toleranceMs } from "./liveness.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

interface Device {
  lastInMs: number;
  lastOutMs: number;
  /** When the first PINGREQ left that is not answered; null: none is. */
  askedMs: number | null;
}

export const noFalseAlarm: KeptPromise = {
  name: "no-false-alarm",
  claim:
    "A connection is closed as silent only when a ping was due and its whole deadline passed without a byte.",
  observe(run, verdicts, agreed) {
    const devices = perDevice((): Device => ({ lastInMs: 0, lastOutMs: 0, askedMs: null }));

    /** Without an unanswered PINGREQ one that could not leave was owed: since the keep-alive or an overdue answer asked for it. */
    function earliestMs({ lastInMs, lastOutMs, askedMs }: Device, bounds: Bounds): number {
      const { pingIntervalMs, deadlineMsMin } = bounds;
      const owedMs =
        askedMs === null
          ? Math.min(lastOutMs + pingIntervalMs, lastInMs + deadlineMsMin)
          : Math.max(askedMs, lastInMs);
      return owedMs + deadlineMsMin;
    }

    return {
      packet(happening) {
        const { way, type, atMs, device } = happening;
        const of = devices(device);
        if (way === "in") {
          of.lastInMs = atMs;
          if (type === PacketType.Pingresp) of.askedMs = null;
          return;
        }
        of.lastOutMs = atMs;
        if (type === PacketType.Pingreq) of.askedMs ??= atMs;
        else if (type === PacketType.Connect) of.askedMs = null;
      },
      closed({ reason, atMs, device }) {
        if (reason !== "peerSilent") return;
        const bounds = boundsOf(agreed(device).keepAliveMs, run);
        const earlyMs = earliestMs(devices(device), bounds) - atMs;
        if (earlyMs <= toleranceMs(bounds.deadlineMsMin)) verdicts.held();
        else verdicts.broken(atMs, device, `the peer was called silent ${Math.round(earlyMs)} ms too early`);
      },
    };
  },
};
