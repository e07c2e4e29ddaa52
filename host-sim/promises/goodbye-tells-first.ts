// Owns the promise that DISCONNECT, which deletes the will, follows only the acknowledged status. Refuses to know how long that is
// waited for.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

interface Device {
  isConnected: boolean;
  isOfflineAcked: boolean;
}

export const goodbyeTellsFirst: KeptPromise = {
  name: "goodbye-tells-first",
  claim:
    "A device sends DISCONNECT only when asked to leave and after its status `offline` was acknowledged, but for one that keeps the will.",
  observe(_run, verdicts) {
    const devices = perDevice((): Device => ({ isConnected: false, isOfflineAcked: false }));
    return {
      connected({ device }) {
        const of = devices(device);
        of.isConnected = true;
        of.isOfflineAcked = false;
      },
      status({ device, status }) {
        devices(device).isOfflineAcked = status === "offline";
      },
      sent: {
        disconnect({ atMs, device, code }) {
          const { isConnected, isOfflineAcked } = devices(device);
          // one that discards an old session has said nothing about itself, and has no will
          if (!isConnected || code !== 0) return;
          if (isOfflineAcked) verdicts.held();
          else verdicts.broken(atMs, device, "DISCONNECT was sent before the status was acknowledged");
        },
      },
      closed({ device }) {
        devices(device).isConnected = false;
      },
      power({ device }) {
        devices(device).isConnected = false;
      },
    };
  },
};
