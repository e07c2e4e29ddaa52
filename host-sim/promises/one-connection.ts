// Owns the promise that a device has one connection at a time. Refuses to know what goes over it.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

export const oneConnection: KeptPromise = {
  name: "one-connection",
  claim: "A device opens a connection only after the last one was closed.",
  observe(_run, verdicts) {
    const devices = perDevice(() => ({ isOpen: false }));
    return {
      opening({ atMs, device }) {
        const of = devices(device);
        if (of.isOpen) verdicts.broken(atMs, device, "a second connection was opened beside the first");
        else verdicts.held();
        of.isOpen = true;
      },
      closed({ device }) {
        devices(device).isOpen = false;
      },
      power({ device }) {
        devices(device).isOpen = false;
      },
    };
  },
};
