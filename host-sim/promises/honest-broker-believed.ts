// Owns the promise that a broker which keeps to the standard is never accused of breaking it. Refuses to know what a device
// checks.

import type { KeptPromise, OfKind } from "./promise.ts";

/** What a device says that ended a connection because of what the broker had sent. */
const ACCUSATIONS: ReadonlySet<OfKind<"closed">["reason"]> = new Set<OfKind<"closed">["reason"]>([
  "badConnack",
  "badFlags",
  "badLength",
  "badPacketId",
  "badTopic",
  "badQos",
  "unexpectedPacket",
  "unexpectedAck",
  "badSuback",
  "badProperties",
  "badPropertyValue",
  "badReasonCode",
  "receiveMaximumExceeded",
  "badTopicAlias",
  "packetTooLarge",
  "badAuthentication",
]);

export const honestBrokerBelieved: KeptPromise = {
  name: "honest-broker-believed",
  claim: "A broker that keeps to the standard is never accused of breaking it.",
  observe: (run, verdicts) => ({
    closed({ atMs, device, reason }) {
      if (!ACCUSATIONS.has(reason)) verdicts.held();
      else if (run.isHonestBroker) verdicts.broken(atMs, device, `the connection ended as ${reason}`);
    },
  }),
};
