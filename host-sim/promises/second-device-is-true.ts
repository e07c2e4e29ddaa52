// Owns the promise that a second device under the same client id is suspected for a reason. Refuses to know whether there is one.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

/** Fewer are not "several". */
const CLOSES_AT_LEAST = 3;

interface Device {
  isConnected: boolean;
  closes: number;
}

export const secondDeviceIsTrue: KeptPromise = {
  name: "second-device-is-true",
  claim:
    "A second device is reported only after the broker has closed several accepted connections in a row without progress.",
  observe(_run, verdicts) {
    const devices = perDevice((): Device => ({ isConnected: false, closes: 0 }));
    return {
      connected({ device }) {
        devices(device).isConnected = true;
      },
      readingEnded({ device, end }) {
        if (end === "published") devices(device).closes = 0;
      },
      closed({ device, by }) {
        const of = devices(device);
        if (of.isConnected && by === "server") of.closes += 1;
        of.isConnected = false;
      },
      power({ device, cause }) {
        const of = devices(device);
        of.isConnected = false;
        if (cause !== "sleep") of.closes = 0;
      },
      secondDevice({ atMs, device }) {
        const of = devices(device);
        if (of.closes >= CLOSES_AT_LEAST) verdicts.held();
        else
          verdicts.broken(
            atMs,
            device,
            `a second device is suspected after ${of.closes} closes by the broker`,
          );
        of.closes = 0;
      },
    };
  },
};
