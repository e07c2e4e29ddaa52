// Owns the promise that a reading at QoS 1 arrives unless it ended with a word about it. Refuses to know how often it arrives.

import { type DeliveryTerms, watchDelivery } from "./delivery.ts";
import type { KeptPromise } from "./promise.ts";

const MAY_LOSE: ReadonlySet<string> = new Set([
  "overflow",
  "superseded",
  "expired",
  "notSupported",
  "rejected",
]);

/** A session that the broker forgot loses nothing at QoS 1: whatever was not acknowledged is published again. */
const TERMS: DeliveryTerms = { mayLose: MAY_LOSE, wasForgotten: () => false };

export const qos1AtLeastOnce: KeptPromise = {
  name: "qos1-at-least-once",
  claim:
    "A reading at QoS 1 arrives, unless it was dropped with a word before it was ever sent, or the broker refuses it.",
  observe: (run, verdicts) => (run.qos === 1 ? watchDelivery(run, verdicts, TERMS).observer : {}),
};
