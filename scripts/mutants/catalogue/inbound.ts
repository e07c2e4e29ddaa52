// Owns the mutants that take messages wrongly, or answer for them wrongly.

import type { Mutant } from "../mutant.ts";
import { REPEATED_COMMANDS } from "./focus.ts";
import { COMMANDS_AT_QOS_2, FEW_INBOUND_IDS, SMALL_RECEIVE_BUFFER } from "./harmless.ts";

const ACKS = "assembly/session/acks.ts";
const ANSWERS = "assembly/packet/answers.ts";
const CONNACK = "assembly/client/connack.ts";
const INBOUND = "assembly/session/inbound.ts";
const INCOMING = "assembly/packet/incoming.ts";
const RECEIVE = "assembly/packet/receive.ts";

export const INCOMING_MESSAGES: readonly Mutant[] = [
  {
    name: "dedup-forgotten-at-reconnect",
    breaks:
      "the ids of incoming QoS 2 messages are forgotten with the connection instead of with the session",
    edits: [
      ...COMMANDS_AT_QOS_2,
      { file: CONNACK, find: "if (isAssumed) forgetAllInbound(c);", replace: "forgetAllInbound(c);" },
    ],
    expects: ["downlink-delivered"],
    focus: REPEATED_COMMANDS,
  },
  {
    name: "dedup-never",
    breaks: "no id of an incoming QoS 2 message is kept",
    edits: [...COMMANDS_AT_QOS_2, { file: INBOUND, find: "  c.inboundCount += 1;\n", replace: "" }],
    expects: ["downlink-delivered"],
    focus: REPEATED_COMMANDS,
  },
  {
    name: "pubrel-releases-nothing",
    breaks: "an incoming QoS 2 id stays taken after its PUBREL",
    edits: [
      ...FEW_INBOUND_IDS,
      {
        file: ANSWERS,
        find: "  forget(c, packetId);\n  owe(c, (reason << 8) | Packet.Pubcomp",
        replace: "  owe(c, (reason << 8) | Packet.Pubcomp",
      },
    ],
    expects: ["acks-in-order", "downlink-delivered"],
  },
  {
    name: "no-pubcomp-for-unknown-id",
    breaks: "a PUBREL whose id is not known is not answered",
    edits: [
      ...COMMANDS_AT_QOS_2,
      {
        file: ANSWERS,
        find: "  forget(c, packetId);\n",
        replace: "  if (!isKnown(c, packetId)) return Event.None;\n  forget(c, packetId);\n",
      },
    ],
    expects: ["acks-in-order"],
    focus: REPEATED_COMMANDS,
  },
  {
    name: "no-puback",
    breaks: "an incoming QoS 1 message is never acknowledged",
    edits: [
      {
        file: INCOMING,
        find: "if (c.settleQos == 1) owe(c, Packet.Puback, c.settleId);",
        replace: "if (c.settleQos == 1) c.settleId = 0;",
      },
    ],
    expects: ["acks-in-order"],
  },
  {
    name: "acked-and-never-told",
    breaks: "an incoming message above QoS 0 is acknowledged, and the firmware never has it",
    edits: [
      {
        file: INCOMING,
        find: "  if (!isWanted(c, nowMs)) {\n    settle(c);",
        replace: "  if (!isWanted(c, nowMs) || c.eventQos > 0) {\n    settle(c);",
      },
    ],
    expects: ["downlink-delivered"],
  },
  {
    name: "acks-in-reverse",
    breaks: "of two acknowledgements that are owed the later one leaves first",
    edits: [
      ...COMMANDS_AT_QOS_2,
      {
        file: ACKS,
        find: "  const ack: OwedAck = ackAt(c, c.ackFirst);\n  c.ackFirst += 1;\n  if (c.ackFirst == c.ackCapacity) c.ackFirst = 0;\n  c.ackCount -= 1;\n  return ack;",
        replace:
          "  let i: u32 = <u32>c.ackFirst + c.ackCount - 1;\n  if (i >= c.ackCapacity) i -= c.ackCapacity;\n  c.ackCount -= 1;\n  return ackAt(c, i);",
      },
    ],
    expects: ["legal-bytes"],
  },
  {
    name: "rest-of-a-chunk-forgotten",
    breaks: "bytes behind a packet in the same chunk are thrown away",
    edits: [
      {
        file: RECEIVE,
        find: "c.receiveStart += head + c.remaining;",
        replace: "c.receiveStart = c.receiveEnd;",
      },
    ],
    expects: ["acks-in-order", "legal-bytes", "downlink-delivered", "queues-drain"],
  },
  {
    name: "half-a-packet-forgotten",
    breaks: "the beginning of a packet is thrown away when it has to be moved to the front",
    edits: [
      ...SMALL_RECEIVE_BUFFER,
      {
        file: RECEIVE,
        find: "c.receiveStart = 0;\n  c.receiveEnd = left;",
        replace: "c.receiveStart = 0;\n  c.receiveEnd = 0;",
      },
    ],
    expects: ["acks-in-order", "packet-ids", "no-false-alarm"],
  },
];
