// Owns the promise that a connection whose peer has fallen silent is closed in time. Refuses to know why the peer is silent.

import { faultSpan } from "./fault-spans.ts";
import { boundsOf, toleranceMs } from "./liveness.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  isWatched: boolean;
  lastInMs: number;
}

export const deadLinkNoticed: KeptPromise = {
  name: "dead-link-noticed",
  claim:
    "A connection is closed at the latest one keep-alive and one ping deadline after the peer's last byte.",
  observe: (run, verdicts) => (run.keepAliveSeconds === 0 ? {} : observe(run, verdicts)),
};

function observe(run: RunFacts, verdicts: Verdicts): Observer {
  const { keepAliveMs, deadlineMsMax } = boundsOf(run);
  const limitMs = keepAliveMs + deadlineMsMax;
  const lateMs = limitMs + toleranceMs(limitMs);
  const fragments = faultSpan("fragments");
  const devices = perDevice((): Device => ({ isWatched: false, lastInMs: 0 }));

  function judge(atMs: number, device: number, { isWatched, lastInMs }: Device): void {
    if (!isWatched || atMs - lastInMs <= lateMs) return;
    if (fragments.lastedSince(lastInMs)) verdicts.excused("fragments");
    else {
      const seconds = Math.round((atMs - lastInMs) / 1000);
      verdicts.broken(atMs, device, `the peer was silent for ${seconds} s on one connection`);
    }
  }

  return {
    packet({ way, atMs, device }) {
      if (way === "out") return;
      const of = devices(device);
      judge(atMs, device, of);
      of.lastInMs = atMs;
    },
    connected({ device }) {
      devices(device).isWatched = true;
    },
    closed({ atMs, device }) {
      const of = devices(device);
      const wasInTime = of.isWatched && atMs - of.lastInMs <= lateMs;
      if (wasInTime) verdicts.held();
      else judge(atMs, device, of);
      of.isWatched = false;
    },
    // while it says goodbye it waits for its status alone
    goodbye({ device }) {
      devices(device).isWatched = false;
    },
    power({ device }) {
      devices(device).isWatched = false;
    },
    fault: fragments.see,
    end({ atMs }) {
      for (let device = 1; device <= run.devices; device += 1) judge(atMs, device, devices(device));
    },
  };
}
