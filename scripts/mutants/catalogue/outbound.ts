// Owns the mutants that take the broker's acknowledgements wrongly, or number, limit and report their messages wrongly.

import type { Mutant } from "../mutant.ts";
import { LATE_PUBACKS } from "./focus.ts";
import { ACKS_READ_TOGETHER, IDS_NEAR_THE_WRAP } from "./harmless.ts";

const ANSWERS = "assembly/packet/answers.ts";
const HEADS = "assembly/packet/heads.ts";
const NEXT = "assembly/packet/next.ts";
const CONNACK = "assembly/client/connack.ts";
const PACKET_IDS = "assembly/session/packet-ids.ts";

export const OUTBOUND: readonly Mutant[] = [
  {
    name: "ack-for-another-id",
    breaks: "a PUBACK ends the message that has waited longest, whatever its id",
    edits: [
      {
        file: ANSWERS,
        find: "if (!awaitsFirst(c, i, 1)) return breakOff(c, CloseReason.UnexpectedAck);\n  publishAcked(c, i, reason);",
        replace:
          "if (!awaitsFirst(c, i, 1)) return breakOff(c, CloseReason.UnexpectedAck);\n  publishAcked(c, entryAt(c, c.lastReleased).next, reason);",
      },
    ],
    expects: ["ends-once", "queues-drain", "packet-ids"],
    focus: LATE_PUBACKS,
  },
  {
    name: "qos2-sent-as-qos1",
    breaks: "a QoS 2 message goes out at QoS 1, and its PUBACK is accepted",
    edits: [
      { file: HEADS, find: "| (qos << 1) |", replace: "| (min<u32>(qos, 1) << 1) |" },
      {
        file: ANSWERS,
        find: "&& c.sendEntry != i && qosOf(entryAt(c, i)) == qos;",
        replace: "&& c.sendEntry != i && qosOf(entryAt(c, i)) >= qos;",
      },
    ],
    expects: ["qos2-exactly-once", "ends-once"],
  },
  {
    name: "published-at-pubrec",
    breaks: "a QoS 2 message is reported as published at its PUBREC, and its PUBREL is sent once",
    edits: [
      {
        file: ANSWERS,
        find: "if (!isRepeated) release(c, i);",
        replace: "if (!isRepeated) publishAcked(c, i, reason);",
      },
    ],
    expects: ["ends-once", "packet-ids", "qos2-exactly-once"],
  },
  {
    name: "published-when-sent",
    breaks: "a QoS 1 message ends as soon as its last byte was handed over",
    edits: [
      {
        file: NEXT,
        find: "if (qosOf(entryAt(c, i)) == 0) handOver(c, i);",
        replace: "if (qosOf(entryAt(c, i)) <= 1) handOver(c, i);",
      },
    ],
    expects: ["ends-once", "qos1-at-least-once"],
  },
  {
    name: "window-freed-at-pubrec",
    breaks: "a PUBREC makes room in the window, before its PUBCOMP",
    edits: [
      {
        file: NEXT,
        find: "if (c.inflight >= quotaMax(c) || c.quota == 0) return false;",
        replace: "if (c.quota == 0) return false;",
      },
      {
        file: ANSWERS,
        find: "if (!isRepeated) release(c, i);",
        replace: "if (!isRepeated) {\n    release(c, i);\n    returnQuota(c);\n  }",
      },
    ],
    expects: ["packet-ids"],
  },
  {
    name: "window-exceeded-by-one",
    breaks: "one message more than the window is in flight",
    edits: [
      { file: NEXT, find: "c.inflight >= quotaMax(c) ||", replace: "c.inflight > quotaMax(c) ||" },
      { file: CONNACK, find: "c.quota = quotaMax(c);", replace: "c.quota = quotaMax(c) + 1;" },
      { file: ANSWERS, find: "if (c.quota < quotaMax(c))", replace: "if (c.quota <= quotaMax(c))" },
    ],
    expects: ["packet-ids"],
  },
  {
    name: "quota-not-renewed",
    breaks: "what was unacknowledged when a connection ended narrows the window for ever",
    edits: [
      { file: CONNACK, find: "  c.quota = quotaMax(c);\n", replace: "" },
      {
        file: "assembly/client/settings.ts",
        find: "  c.nextPacketId = 1;\n",
        replace: "  c.nextPacketId = 1;\n  c.quota = <u16>window;\n",
      },
    ],
    expects: ["queues-drain"],
  },
  {
    name: "id-zero-after-the-wrap",
    breaks: "packet id 65535 is followed by 0",
    edits: [
      ...IDS_NEAR_THE_WRAP,
      { file: PACKET_IDS, find: "return id == 65535 ? 1 : id + 1;", replace: "return (id + 1) & 65535;" },
      {
        file: NEXT,
        find: "const packetId: u32 = takePacketId(c, i);\n    if (packetId == 0) return false;",
        replace: "const packetId: u32 = takePacketId(c, i);",
      },
    ],
    expects: ["packet-ids", "legal-bytes"],
  },
  {
    name: "id-reused-in-flight",
    breaks: "ids from 1 to 12 are given out in turn, whether they are free or not",
    edits: [
      {
        file: PACKET_IDS,
        find: "return id == 65535 ? 1 : id + 1;",
        replace: "return id == 12 ? 1 : id + 1;",
      },
      { file: PACKET_IDS, find: "if (slotAt(c, slotOf(c, id)).owner == 0) {", replace: "if (tried == 0) {" },
    ],
    expects: ["packet-ids"],
  },
  {
    name: "ends-lost-when-two-come",
    breaks: "of several messages that end before a poll only the first is reported",
    edits: [
      ...ACKS_READ_TOGETHER,
      {
        file: "assembly/session/outbox.ts",
        find: "c.doneFirst = entryAt(c, i).next;",
        replace: "c.doneFirst = 0;",
      },
    ],
    expects: ["ends-once", "queues-drain"],
  },
];
