// Owns the promise that a device is never silent for longer than its keep-alive. Refuses to know what it sends.

import type { Agreed } from "./agreed.ts";
import { fullTransports } from "./full-transport.ts";
import { toleranceMs } from "./liveness.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  isWatched: boolean;
  sinceMs: number;
}

export const keepAliveKept: KeptPromise = {
  name: "keep-alive-kept",
  claim: "On an accepted connection no longer than the keep-alive passes between two packets of the device.",
  observe,
};

function observe(run: RunFacts, verdicts: Verdicts, agreed: Agreed): Observer {
  const transports = fullTransports(run);
  const devices = perDevice((): Device => ({ isWatched: false, sinceMs: 0 }));

  /** [MQTT3-3.1.2-23] */
  function judge(atMs: number, device: number, { isWatched, sinceMs }: Device): void {
    if (!isWatched) return;
    const { keepAliveMs } = agreed(device);
    const gapMs = atMs - sinceMs;
    if (keepAliveMs === 0 || gapMs <= keepAliveMs + toleranceMs(keepAliveMs)) verdicts.held();
    else if (!transports.mayBeFull(device, atMs, sinceMs)) {
      verdicts.broken(atMs, device, `nothing was sent for ${Math.round(gapMs / 1000)} s`);
    }
  }

  return {
    packet(happening) {
      const { way, type, atMs, device } = happening;
      const of = devices(device);
      if (way === "out") {
        judge(atMs, device, of);
        of.sinceMs = atMs;
      } else if (type === PacketType.Connack) {
        of.sinceMs = atMs;
      }
      transports.packet(happening);
    },
    reading: transports.reading,
    connected(happening) {
      devices(happening.device).isWatched = true;
      transports.connected(happening);
    },
    closed({ atMs, device }) {
      const of = devices(device);
      judge(atMs, device, of);
      of.isWatched = false;
    },
    goodbye({ device }) {
      devices(device).isWatched = false;
    },
    power({ device }) {
      devices(device).isWatched = false;
    },
    fault: transports.fault,
  };
}
