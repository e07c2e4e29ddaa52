// Owns the promise that readings are taken at their interval, and that one that is late does not shift those after it. Refuses to
// know what becomes of them.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  isWatched: boolean;
  /** The reading from which the grid counts; null: the next one. */
  anchorMs: number | null;
  sinceAnchor: number;
  /** The latest reading, or when it was switched on. */
  lastMs: number;
  wasOffGrid: boolean;
  /** When it was first seen awake with its reading overdue. */
  overdueSeenMs: number | null;
}

/** A laptop's timers are that late; a device's own clock goes wrong by less than this share. */
const LATE_MS = 1000;
const DRIFT_SHARE = 0.0002;
/** The grid begins anew after so many readings, since clocks drift. */
const ANCHORED_READINGS = 50;

export const samplesOnTime: KeptPromise = {
  name: "samples-on-time",
  claim:
    "A device that is awake takes a reading at every interval; a late one does not shift those after it.",
  observe,
};

function observe({ everyMs }: RunFacts, verdicts: Verdicts): Observer {
  let isSampling = true;
  const devices = perDevice(
    (): Device => ({
      isWatched: false,
      anchorMs: null,
      sinceAnchor: 0,
      lastMs: 0,
      wasOffGrid: false,
      overdueSeenMs: null,
    }),
  );

  function take({ atMs, device, seq }: OfKind<"reading">): void {
    const of = devices(device);
    of.lastMs = atMs;
    of.overdueSeenMs = null;
    if (!of.isWatched) return;
    if (of.anchorMs === null) {
      of.anchorMs = atMs;
      of.sinceAnchor = 0;
      return;
    }
    const offMs = offGridMs(atMs - of.anchorMs, everyMs);
    const isOffGrid = offMs > LATE_MS + (atMs - of.anchorMs) * DRIFT_SHARE;
    if (isOffGrid && of.wasOffGrid)
      verdicts.broken(atMs, device, `reading ${seq} is ${Math.round(offMs)} ms off`);
    else if (!isOffGrid) verdicts.held();
    if (isOffGrid && of.wasOffGrid) of.anchorMs = atMs;
    of.wasOffGrid = isOffGrid;
    of.sinceAnchor += 1;
    if (of.sinceAnchor >= ANCHORED_READINGS && !isOffGrid) {
      of.anchorMs = atMs;
      of.sinceAnchor = 0;
    }
  }

  /** A device that does something has not merely been stopped with all the rest. */
  function notice(atMs: number, device: number): void {
    const of = devices(device);
    if (!isSampling || !of.isWatched || atMs - of.lastMs <= 2 * everyMs + LATE_MS) return;
    if (of.overdueSeenMs === null) {
      of.overdueSeenMs = atMs;
    } else if (atMs - of.overdueSeenMs > LATE_MS) {
      of.isWatched = false;
      verdicts.broken(atMs, device, `no reading was taken for ${Math.round((atMs - of.lastMs) / 1000)} s`);
    }
  }

  return {
    reading: take,
    packet: ({ atMs, device }) => notice(atMs, device),
    opening: ({ atMs, device }) => notice(atMs, device),
    message({ device, topic, payload }) {
      // somebody sets another interval
      if (topic.endsWith("/command") && /^\s*interval\b/i.test(payload)) devices(device).isWatched = false;
    },
    power({ atMs, device, isOn }) {
      const of = devices(device);
      of.isWatched = isOn;
      of.anchorMs = null;
      of.lastMs = atMs;
      of.wasOffGrid = false;
      of.overdueSeenMs = null;
    },
    samplingEnded() {
      isSampling = false;
    },
  };
}

/** The distance to the nearest multiple of the interval. */
function offGridMs(sinceMs: number, everyMs: number): number {
  const over = sinceMs % everyMs;
  return Math.min(over, everyMs - over);
}
