// Owns the promise that a reading at QoS 1 arrives unless it ended with a word about it. Refuses to know how often it arrives.

import { watchDelivery } from "./delivery.ts";
import type { KeptPromise } from "./promise.ts";

/** Never handed to a transport. A session that the broker forgot loses none at QoS 1: they are published again. */
const MAY_LOSE: ReadonlySet<string> = new Set(["overflow", "superseded"]);

export const qos1AtLeastOnce: KeptPromise = {
  name: "qos1-at-least-once",
  claim: "A reading at QoS 1 arrives, unless it was dropped with a word before it was ever sent.",
  observe: (run, verdicts) => (run.qos === 1 ? watchDelivery(run, verdicts, MAY_LOSE).observer : {}),
};
