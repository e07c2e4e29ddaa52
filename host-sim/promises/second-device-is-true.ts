// Owns the promise that a second device under the same client id is suspected for a reason. Refuses to know whether there is one.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

/** Fewer are not "several". */
const CLOSES_AT_LEAST = 3;
const SESSION_TAKEN_OVER = 0x8e;

interface Device {
  isConnected: boolean;
  closes: number;
  /** The broker has said so on this connection, perhaps in one breath with its CONNACK, and so before the device says it is connected. */
  isTold: boolean;
}

export const secondDeviceIsTrue: KeptPromise = {
  name: "second-device-is-true",
  claim:
    "A second device is reported only after the broker has closed several accepted connections in a row without progress, or has said so.",
  observe(_run, verdicts) {
    const devices = perDevice((): Device => ({ isConnected: false, closes: 0, isTold: false }));
    return {
      opening({ device }) {
        devices(device).isTold = false;
      },
      connected({ device }) {
        devices(device).isConnected = true;
      },
      readingEnded({ device, end }) {
        if (end === "published" || end === "rejected") devices(device).closes = 0;
      },
      received: {
        disconnect({ device, code }) {
          if (code === SESSION_TAKEN_OVER) devices(device).isTold = true;
        },
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
        if (of.isTold || of.closes >= CLOSES_AT_LEAST) verdicts.held();
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
