// Owns the promise that the last status says what became of the device. Refuses to know how a status is kept.

import type { DeviceRecord } from "../scenario/ledger.ts";
import type { Finding, KeptPromise } from "./promise.ts";

export const statusTellsTruth: KeptPromise = {
  name: "status-tells-truth",
  judge: ({ devices, endMs }) => devices.flatMap((record) => judge(record, endMs)),
};

/** A device that could not say goodbye is left to its will, which comes later than the run can wait. */
function judge({ lastStatus, leftMs, connections }: DeviceRecord, endMs: number): readonly Finding[] {
  if (connections === 0 || lastStatus?.status === "offline") return [];
  return [{ atMs: endMs, excuse: leftMs === null ? "a goodbye that did not get through" : null }];
}
