// Owns the promise that an accepted reading above QoS 0 arrives, or ends with a word about it. Refuses to know why not.

import type { DeviceRecord, Reading } from "../scenario/ledger.ts";
import type { Evidence, Finding, KeptPromise } from "./promise.ts";

export const nothingLost: KeptPromise = {
  name: "nothing-lost",
  judge: ({ qos, readings, devices }) =>
    qos === 0 ? [] : readings.flatMap((reading) => judge(reading, devices)),
};

/** What still waits in a device that is on is not lost. */
function judge(reading: Reading, devices: Evidence["devices"]): readonly Finding[] {
  const { isRefused, seenMs, end, takenMs } = reading;
  if (isRefused || seenMs.length > 0) return [];
  if (end === null) {
    return isStillHeld(reading, devices) ? [] : [{ atMs: takenMs, excuse: "a power cut without a journal" }];
  }
  if (end === "published" || end === "handedOver") return [{ atMs: takenMs, excuse: null }];
  return [];
}

function isStillHeld({ device, life }: Reading, devices: readonly DeviceRecord[]): boolean {
  const record = devices.find((one) => one.device === device);
  return record?.isOn === true && record.life === life;
}
