// Owns the mutants that are off by one at the end of a table, a ring or a run of bytes, or give up the wrong message there.

import type { Mutant } from "../mutant.ts";
import {
  FEW_ENTRIES,
  FEW_INBOUND_IDS,
  SHORT_WRITES,
  SMALL_ACK_RING,
  SMALL_OUTBOX,
  SMALL_RECEIVE_BUFFER,
} from "./harmless.ts";

const ACCEPT = "assembly/session/accept.ts";
const ACKS = "assembly/session/acks.ts";
const INBOUND = "assembly/session/inbound.ts";
const NEXT = "assembly/packet/next.ts";
const OUTBOX = "assembly/session/outbox.ts";
const PLACES = "assembly/session/places.ts";
const RECEIVE = "assembly/packet/receive.ts";

export const EDGES: readonly Mutant[] = [
  {
    name: "outbox-one-byte-too-long",
    breaks: "a message may end one byte behind the outbox, in the receive buffer",
    edits: [
      ...SMALL_OUTBOX,
      {
        file: PLACES,
        find: "return next == 0 ? c.outboxCapacity :",
        replace: "return next == 0 ? c.outboxCapacity + 1 :",
      },
    ],
    expects: ["readings-arrive-intact"],
  },
  {
    name: "gaps-closed-without-their-bytes",
    breaks: "when unsent messages move together in the outbox, their bytes stay where they were",
    edits: [
      ...SMALL_OUTBOX,
      {
        file: PLACES,
        find: "      memory.copy(addressOf(c, c.outboxAt + end), addressOf(c, c.outboxAt + entry.offset), entry.length);\n",
        replace: "",
      },
    ],
    expects: ["readings-arrive-intact", "ends-once", "qos1-at-least-once"],
  },
  {
    name: "one-entry-too-many",
    breaks: "one message more than there are entries is kept, in the bytes of the next table",
    edits: [
      ...FEW_ENTRIES,
      {
        file: OUTBOX,
        find: "let i: u32 = <u32>c.entryCapacity - 1; i >",
        replace: "let i: u32 = <u32>c.entryCapacity; i >",
      },
    ],
    expects: ["ends-once", "queues-drain", "packet-ids"],
  },
  {
    name: "one-inbound-id-too-many",
    breaks: "one incoming QoS 2 id more than there are places is kept, in the bytes of the next table",
    edits: [
      ...FEW_INBOUND_IDS,
      {
        file: INBOUND,
        find: "c.inboundCount >= c.inboundCapacity",
        replace: "c.inboundCount > c.inboundCapacity",
      },
    ],
    expects: ["downlink-delivered"],
  },
  {
    name: "one-ack-too-many",
    breaks: "one acknowledgement more than the ring holds is owed, over the oldest",
    edits: [
      ...SMALL_ACK_RING,
      {
        file: ACKS,
        find: "return c.ackCount < c.ackCapacity;",
        replace: "return c.ackCount <= c.ackCapacity;",
      },
    ],
    expects: ["downlink-delivered", "legal-bytes"],
  },
  {
    name: "ack-ring-does-not-turn",
    breaks:
      "behind the last place of the ring of acknowledgements comes the next table instead of the first place",
    edits: [
      {
        file: ACKS,
        find: "if (c.ackFirst == c.ackCapacity) c.ackFirst = 0;",
        replace: "if (c.ackFirst > c.ackCapacity) c.ackFirst = 0;",
      },
    ],
    expects: ["legal-bytes", "downlink-delivered"],
  },
  {
    name: "a-byte-behind-the-block",
    breaks: "the receive buffer takes one byte more than it has, behind the block",
    edits: [
      ...SMALL_RECEIVE_BUFFER,
      {
        file: RECEIVE,
        find: "return c.receiveCapacity - c.receiveEnd;",
        replace: "return c.receiveCapacity - c.receiveEnd + 1;",
      },
      {
        file: "assembly/index.ts",
        find: "if (bytes > c.receiveCapacity - c.receiveEnd)",
        replace: "if (bytes > c.receiveCapacity - c.receiveEnd + 1)",
      },
    ],
    expects: ["memory-never-grows"],
  },
  {
    name: "short-write-rest-forgotten",
    breaks: "what a transport did not take at once is never sent, but for CONNECT",
    edits: [
      ...SHORT_WRITES,
      {
        file: NEXT,
        find: "  c.spanLength -= bytes;\n",
        replace: "  c.spanLength = c.sending == Sending.Connect ? c.spanLength - bytes : 0;\n",
      },
    ],
    expects: ["legal-bytes"],
  },
  {
    name: "dropped-although-sent",
    breaks: "to make room, a message is dropped that is in flight",
    edits: [
      ...FEW_ENTRIES,
      {
        file: ACCEPT,
        find: "return i != STATUS_ENTRY && !wasSent(entryAt(c, i));",
        replace:
          "const entry: Entry = entryAt(c, i);\n  return i != STATUS_ENTRY && (!wasSent(entry) || entry.state == EntryState.InFlight);",
      },
      {
        file: ACCEPT,
        find: "let condemned: u32 = 0;\n  let i: u32 = unsentFrom(c, c.cursor);",
        replace: "let condemned: u32 = 0;\n  let i: u32 = unsentFrom(c, entryAt(c, 0).next);",
      },
      {
        file: ACCEPT,
        find: "function sentence(c: Client, areDropped: bool): void {\n  let i: u32 = c.cursor;",
        replace: "function sentence(c: Client, areDropped: bool): void {\n  let i: u32 = entryAt(c, 0).next;",
      },
    ],
    // its id is free again although the broker may still know it
    expects: ["ends-once", "packet-ids"],
  },
  {
    name: "dropped-in-silence",
    breaks: "a message that makes room for another is not reported",
    edits: [
      ...FEW_ENTRIES,
      {
        file: ACCEPT,
        find: "giveEntry, STATUS_ENTRY, takeEntry, wasSent }",
        replace: "giveEntry, STATUS_ENTRY, takeDone, takeEntry, wasSent }",
      },
      {
        file: ACCEPT,
        find: "if (areDropped) drop(c, i, DropReason.Overflow);",
        replace:
          "if (areDropped) {\n        drop(c, i, DropReason.Overflow);\n        giveEntry(c, takeDone(c));\n      }",
      },
    ],
    expects: ["ends-once"],
  },
  {
    name: "newest-first",
    breaks: "a message goes before those that wait already",
    edits: [
      {
        file: OUTBOX,
        find: "linkAfter(c, i, entryAt(c, 0).previous);\n  entryAt(c, i).state = <u8>EntryState.Queued;\n  if (c.cursor == 0) c.cursor = <u16>i;",
        replace:
          "linkAfter(c, i, entryAt(c, c.cursor).previous);\n  entryAt(c, i).state = <u8>EntryState.Queued;\n  c.cursor = <u16>i;",
      },
    ],
    expects: ["in-order"],
  },
];
