// Owns the promise that a reading at QoS 2 arrives once within a session. Refuses to know the other qualities of service.

import type { Reading } from "../scenario/ledger.ts";
import type { Evidence, Finding, KeptPromise } from "./promise.ts";

export const qos2ExactlyOnce: KeptPromise = {
  name: "qos2-exactly-once",
  judge: ({ qos, readings, devices }) =>
    qos === 2 ? readings.flatMap((reading) => repeated(reading, devices)) : [],
};

function repeated(reading: Reading, devices: Evidence["devices"]): readonly Finding[] {
  const [firstMs, secondMs] = reading.seenMs;
  if (firstMs === undefined || secondMs === undefined) return [];
  const losses = devices.find(({ device }) => device === reading.device)?.sessionLostMs ?? [];
  const wasForgotten = losses.some((atMs) => atMs >= reading.takenMs && atMs <= secondMs);
  return [{ atMs: secondMs, excuse: wasForgotten ? "a session the broker forgot" : null }];
}
