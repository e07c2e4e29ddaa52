// Owns the promise that a device's queue empties once there is no more trouble. Refuses to know what is in it.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, RunEnd, RunFacts, Verdicts } from "./promise.ts";

/** For links that only now and then let something through, and for each message that waits. Estimates. */
const PATIENCE_MS = 10 * 60_000;
const PATIENCE_MS_PER_ENTRY = 5_000;

interface Device {
  connectedSinceMs: number | null;
  /** In all, once the trouble was over. */
  connectedMs: number;
}

export const queuesDrain: KeptPromise = {
  name: "queues-drain",
  claim:
    "Once readings and faults have stopped, a device that stays connected has nothing left to send within a bound.",
  observe,
};

function observe(run: RunFacts, verdicts: Verdicts): Observer {
  const patienceMs = PATIENCE_MS + run.entries * PATIENCE_MS_PER_ENTRY;
  const devices = perDevice((): Device => ({ connectedSinceMs: null, connectedMs: 0 }));
  let quietMs = Number.POSITIVE_INFINITY;

  function disconnect(atMs: number, of: Device): void {
    if (of.connectedSinceMs !== null)
      of.connectedMs += Math.max(0, atMs - Math.max(quietMs, of.connectedSinceMs));
    of.connectedSinceMs = null;
  }

  function judge({ atMs, waiting }: RunEnd, device: number): void {
    const of = devices(device);
    disconnect(atMs, of);
    const left = waiting[device - 1] ?? 0;
    if (left === 0) verdicts.held();
    else if (run.isGateway) verdicts.excused("gateway");
    else if (of.connectedMs < patienceMs) verdicts.excused("end-of-run");
    else {
      const minutes = Math.round(of.connectedMs / 60_000);
      verdicts.broken(atMs, device, `${left} messages still wait after ${minutes} minutes of connection`);
    }
  }

  return {
    samplingEnded({ atMs }) {
      quietMs = atMs;
    },
    connected({ atMs, device }) {
      devices(device).connectedSinceMs = atMs;
    },
    // what leaves is not asked to send any more
    goodbye: ({ atMs, device }) => disconnect(atMs, devices(device)),
    closed: ({ atMs, device }) => disconnect(atMs, devices(device)),
    power: ({ atMs, device }) => disconnect(atMs, devices(device)),
    end(end) {
      for (let device = 1; device <= run.devices; device += 1) judge(end, device);
    },
  };
}
