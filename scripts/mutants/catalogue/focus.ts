// Owns the kinds of worlds in which rare faults of a client are frequent. Refuses to know the mutants.

import type { Focus } from "../mutant.ts";

/** Acknowledgements at QoS 1 that overtake each other, of what a link has held back. */
export const LATE_PUBACKS: Focus = { name: "late PUBACKs", qos: 1, faults: ["late-acks", "blackhole"] };

/** Readings that fill the send buffer of a link which takes nothing. */
export const DEAD_UPLINKS: Focus = { name: "dead uplinks", qos: 0, faults: ["blackhole"] };

/** QoS 2 exchanges that last, and brokers that forget them. */
export const FORGOTTEN_EXCHANGES: Focus = {
  name: "forgotten exchanges",
  qos: 2,
  faults: ["late-acks", "broker-forget"],
};

/** QoS 2 exchanges that last, and connections that do not. */
export const CUT_EXCHANGES: Focus = {
  name: "cut exchanges",
  qos: 2,
  faults: ["late-acks", "cut", "broker-restart"],
};

/** Commands whose acknowledgements the broker does not heed, and connections on which it sends again. */
export const REPEATED_COMMANDS: Focus = { name: "repeated commands", qos: 1, faults: ["redeliver", "cut"] };

/** QoS 2 exchanges of MQTT 5 that the broker refuses. */
export const REFUSED_EXCHANGES: Focus = {
  name: "refused exchanges",
  qos: 2,
  faults: ["reject"],
  protocol: "5",
};

/** Brokers without MQTT 5, and connections enough to notice when they have it again; for longer than a day. */
export const LONG_REFUSALS: Focus = {
  name: "long refusals",
  qos: 1,
  faults: ["without-five", "server-close"],
  protocol: "5",
  everyMs: 600_000,
  forMs: 30 * 3_600_000,
};

/** Readings of MQTT 5 that wait, and sleep while they do. */
export const SLEEPING_READINGS: Focus = {
  name: "sleeping readings",
  qos: 1,
  faults: ["sleep", "blackhole"],
  protocol: "5",
  terms: { refusal: null },
  readingExpirySeconds: 3600,
};

/** Devices of MQTT 5 that say little, to a broker that wants to hear them often. */
export const IMPATIENT_BROKERS: Focus = {
  name: "impatient brokers",
  qos: 1,
  faults: ["cut"],
  protocol: "5",
  everyMs: 600_000,
  terms: { refusal: null, keepAliveSeconds: 10 },
};

/** Readings of MQTT 5 whose time is over while their acknowledgements are awaited. */
export const FLEETING_READINGS: Focus = {
  name: "fleeting readings",
  qos: 1,
  faults: ["cut", "blackhole", "late-acks"],
  protocol: "5",
  terms: { refusal: null, maximumQos: 2 },
  readingExpirySeconds: 5,
};

/** Brokers that say in MQTT 5 that they retain nothing, and speak 3.1.1 at times. */
export const RETAINING_NOTHING: Focus = {
  name: "brokers that retain nothing",
  qos: 1,
  faults: ["without-five", "server-close"],
  protocol: "5",
  terms: { refusal: null, retainAvailable: false },
};
