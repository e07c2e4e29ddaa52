// Owns the mutants that mistake what MQTT 5 has of its own: limits, aliases, expiries, reasons, and the way back to 3.1.1.

import type { Mutant } from "../mutant.ts";
import {
  FLEETING_READINGS,
  IMPATIENT_BROKERS,
  LONG_REFUSALS,
  REFUSED_EXCHANGES,
  SLEEPING_READINGS,
} from "./focus.ts";
import { FEW_INBOUND_IDS } from "./harmless.ts";

const ANSWERS = "assembly/packet/answers.ts";
const CONNACK = "assembly/client/connack-five.ts";
const CONNECT_PROPERTIES = "assembly/packet/connect-properties.ts";
const FALLBACK = "assembly/client/fallback.ts";
const FIVE = "assembly/client/five.ts";
const PUBLISH = "assembly/packet/publish-five.ts";

export const MQTT5: readonly Mutant[] = [
  {
    name: "alias-kept-after-reconnect",
    breaks: "an alias that an earlier connection has set is used on the next",
    edits: [{ file: CONNACK, find: "  forgetAliases(c);\n", replace: "" }],
    expects: ["legal-bytes"],
  },
  {
    name: "alias-above-the-maximum",
    breaks: "one alias more than the broker takes is given",
    edits: [
      {
        file: PUBLISH,
        find: "five.aliasCount >= five.serverAliasMax",
        replace: "five.aliasCount > five.serverAliasMax",
      },
    ],
    expects: ["legal-bytes"],
  },
  {
    name: "expiry-not-counted-down",
    breaks: "what a message has waited is not taken from its time",
    edits: [{ file: FIVE, find: "  five.seconds += total / 1000;\n", replace: "" }],
    expects: ["expiry-counted-down"],
  },
  {
    name: "expiry-stops-asleep",
    breaks: "a sleep is not taken from a message's time",
    edits: [{ file: FIVE, find: "  five.seconds += sleptMs / 1000;\n", replace: "" }],
    expects: ["expiry-counted-down"],
    focus: SLEEPING_READINGS,
  },
  {
    name: "expired-although-sent",
    breaks: "a message that was sent is dropped when its time is over",
    edits: [
      {
        file: "assembly/session/expiry.ts",
        find: "return i != STATUS_ENTRY && !wasSent(entry) && (",
        replace: "return i != STATUS_ENTRY && (",
      },
    ],
    expects: ["expiry-counted-down"],
    focus: FLEETING_READINGS,
  },
  {
    name: "receive-maximum-exceeded-by-one",
    breaks: "one message more than the broker's Receive Maximum is in flight",
    edits: [
      {
        file: CONNACK,
        find: "<u16>min<u32>(value, c.window)",
        replace: "<u16>min<u32>(value + 1, c.window)",
      },
    ],
    expects: ["legal-bytes", "packet-ids"],
  },
  {
    name: "quota-lost-at-a-refusal",
    breaks: "a PUBREC that refuses gives nothing of the quota back",
    edits: [
      {
        file: ANSWERS,
        find: "  if (isFailure(reason)) {\n    publishAcked(c, i, reason);",
        replace: "  if (isFailure(reason)) {\n    reject(c, i, reason);",
      },
    ],
    expects: ["queues-drain"],
    focus: REFUSED_EXCHANGES,
  },
  {
    name: "rejected-told-as-published",
    breaks: "a message that the broker refuses is reported as published",
    edits: [
      {
        file: ANSWERS,
        find: "  if (isFailure(reason))\n    reject(c, i, reason);",
        replace: "  if (reason == 255)\n    reject(c, i, reason);",
      },
    ],
    expects: ["ends-once"],
  },
  {
    name: "refusal-answered-by-pubrel",
    breaks: "the exchange goes on after a PUBREC that refuses",
    edits: [
      {
        file: ANSWERS,
        find: "  if (isFailure(reason)) {\n    publishAcked",
        replace: "  if (reason == 255) {\n    publishAcked",
      },
    ],
    expects: ["packet-ids", "qos2-exactly-once"],
    focus: REFUSED_EXCHANGES,
  },
  {
    name: "unknown-id-taken-for-a-refusal",
    breaks: "a PUBCOMP that knows the id no more is reported as the broker's refusal",
    edits: [
      {
        file: ANSWERS,
        find: "  publishAcked(c, i, 0); //",
        replace: "  publishAcked(c, i, fiveOf(c).reason); //",
      },
    ],
    expects: ["ends-once"],
  },
  {
    name: "fallback-on-a-mere-close",
    breaks: "a connection that ends before its CONNACK counts as a refusal of MQTT 5",
    edits: [
      {
        file: "assembly/client/connection.ts",
        find: "  const closedBy: ClosedBy = whoClosed(c, reason, by);\n",
        replace:
          "  const closedBy: ClosedBy = whoClosed(c, reason, by);\n  if (speaksFive(c) && c.phase == Phase.Handshaking) c.version = 4;\n",
      },
    ],
    expects: ["version-agreed"],
  },
  {
    name: "fallback-never-forgotten",
    breaks: "a broker that has refused MQTT 5 is never asked for it again",
    edits: [
      {
        file: FALLBACK,
        find: "five.seconds - five.refusedAt >= RETRY_SECONDS",
        replace: "five.seconds < five.refusedAt",
      },
    ],
    expects: ["version-agreed"],
    focus: LONG_REFUSALS,
  },
  {
    name: "fallback-forgotten-at-once",
    breaks: "a broker that has refused MQTT 5 is asked for it at every connection",
    edits: [
      { file: FALLBACK, find: "const RETRY_SECONDS: u32 = 86400;", replace: "const RETRY_SECONDS: u32 = 1;" },
    ],
    expects: ["version-agreed"],
  },
  {
    name: "session-not-asked-to-stay",
    breaks: "CONNECT has no Session Expiry Interval",
    edits: [
      {
        file: CONNECT_PROPERTIES,
        find: "return c.clean ? 0 : fiveOf(c).sessionExpiry;",
        replace: "return c.clean ? fiveOf(c).sessionExpiry : 0;",
      },
    ],
    expects: ["asks-for-its-session"],
  },
  {
    name: "foreign-session-asked-for",
    breaks: "a client without a state of its own asks for the session of its earlier life",
    edits: [
      {
        file: "assembly/packet/heads.ts",
        find: "return c.clean || c.clearing || (speaksFive(c) && !c.hasSession);",
        replace: "return c.clean || c.clearing;",
      },
    ],
    expects: ["asks-for-its-session"],
  },
  {
    name: "server-keep-alive-ignored",
    breaks: "the client's own keep-alive counts, whatever the broker says",
    edits: [
      {
        file: CONNACK,
        find: "c.keepAliveMs = value * 1000;",
        replace: "c.keepAliveMs = <u32>c.keepAliveSeconds * 1000;",
      },
    ],
    expects: ["keep-alive-kept"],
    focus: IMPATIENT_BROKERS,
  },
  {
    name: "maximum-qos-ignored",
    breaks: "messages go out at a QoS that the broker does not take",
    edits: [
      {
        file: PUBLISH,
        find: "  if ((options & Option.QosMask) > maximumQos(five)) return false;\n",
        replace: "",
      },
    ],
    expects: ["legal-bytes"],
  },
  {
    name: "status-not-lowered",
    breaks: "a broker that takes less than the status asks for is not told it at all",
    edits: [
      {
        file: "assembly/packet/next.ts",
        find: "i == STATUS_ENTRY || (entry.options",
        replace: "(entry.options",
      },
    ],
    expects: ["ends-once", "birth-every-time"],
  },
  {
    name: "more-announced-than-kept",
    breaks: "the client's Receive Maximum is larger than its table of incoming ids",
    edits: [
      ...FEW_INBOUND_IDS,
      {
        file: CONNECT_PROPERTIES,
        find: "Property.ReceiveMaximum, c.inboundCapacity, RECEIVE_MAXIMUM_DEFAULT",
        replace: "Property.ReceiveMaximum, 20, RECEIVE_MAXIMUM_DEFAULT",
      },
    ],
    expects: ["honest-broker-believed"],
  },
];
