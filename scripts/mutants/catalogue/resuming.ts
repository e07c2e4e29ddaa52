// Owns the mutants that go wrong when a session is resumed, lost, or known to one side only.

import type { Mutant } from "../mutant.ts";
import { CUT_EXCHANGES, FORGOTTEN_EXCHANGES } from "./focus.ts";
import { PAYLOAD_APART } from "./harmless.ts";

const HEADS = "assembly/packet/heads.ts";
const NEXT = "assembly/packet/next.ts";
const CONNACK = "assembly/client/connack.ts";
const CONNECTION = "assembly/client/connection.ts";
const LOSS = "assembly/session/loss.ts";
const OUTBOX = "assembly/session/outbox.ts";
const SETTINGS = "assembly/client/settings.ts";
const REQUESTS = "assembly/session/requests.ts";

export const RESUMING: readonly Mutant[] = [
  {
    name: "dup-forgotten",
    breaks: "a message that is sent again does not say so",
    edits: [{ file: HEADS, find: "(isAgain ? Flags.Dup : 0) |", replace: "(isAgain ? Flags.None : 0) |" }],
    expects: ["packet-ids"],
  },
  {
    name: "dup-always",
    breaks: "every message above QoS 0 says that it was sent before",
    edits: [{ file: HEADS, find: "(isAgain ? Flags.Dup : 0) |", replace: "(qos > 0 ? Flags.Dup : 0) |" }],
    expects: ["packet-ids"],
  },
  {
    name: "half-sent-taken-for-unsent",
    breaks: "a message that was cut in the middle is sent again under a new id, without DUP",
    edits: [
      ...PAYLOAD_APART,
      { file: LOSS, find: "if (c.sendEntry != 0 && !c.sendTouched &&", replace: "if (c.sendEntry != 0 &&" },
    ],
    expects: ["packet-ids"],
  },
  {
    name: "pubrel-lost-on-resume",
    breaks: "a resumed session sends no PUBREL again",
    edits: [
      {
        file: LOSS,
        find: "c.cursor = entryAt(c, 0).next;",
        replace: "c.cursor = entryAt(c, c.lastReleased).next;",
      },
    ],
    expects: ["queues-drain", "packet-ids"],
  },
  {
    name: "pubrel-resent-as-publish",
    breaks: "a resumed session sends the PUBLISH again where the PUBREL is owed",
    edits: [
      {
        file: NEXT,
        find: "if (entry.state == EntryState.Released) beginPubrel(c, entry.packetId);",
        replace: "if (entry.state == EntryState.Released) beginPublish(c, i, true);",
      },
    ],
    expects: ["packet-ids", "qos2-exactly-once"],
  },
  {
    name: "pubrels-in-reverse",
    breaks: "a resumed session sends its PUBRELs in the reverse order of their PUBRECs",
    edits: [
      {
        file: OUTBOX,
        find: "linkAfter(c, i, c.lastReleased);\n  c.lastReleased = <u16>i;",
        replace: "linkAfter(c, i, 0);\n  if (c.lastReleased == 0) c.lastReleased = <u16>i;",
      },
    ],
    expects: ["packet-ids"],
    focus: CUT_EXCHANGES,
  },
  {
    name: "unsent-before-in-flight",
    breaks: "a resumed session sends what is new before the oldest message in flight",
    edits: [
      { file: OUTBOX, find: "function unlink(", replace: "export function unlink(" },
      { file: OUTBOX, find: "function linkAfter(", replace: "export function linkAfter(" },
      { file: LOSS, find: "import { drop, qosOf,", replace: "import { drop, linkAfter, unlink, qosOf," },
      {
        file: LOSS,
        find: "  c.cursor = entryAt(c, 0).next;",
        replace:
          "  const first: u32 = entryAt(c, 0).next;\n" +
          "  if (first != 0 && entryAt(c, first).state == EntryState.InFlight) {\n" +
          "    unlink(c, first);\n" +
          "    linkAfter(c, first, entryAt(c, 0).previous);\n" +
          "  }\n" +
          "  c.cursor = entryAt(c, 0).next;",
      },
    ],
    expects: ["packet-ids", "in-order"],
  },
  {
    name: "nothing-sent-again",
    breaks: "a resumed session goes on with what is new",
    edits: [{ file: CONNACK, find: "    resume(c);\n", replace: "" }],
    expects: ["packet-ids", "queues-drain"],
  },
  {
    name: "loss-taken-for-resumption",
    breaks: "a session that the broker has forgotten is gone on with",
    edits: [{ file: CONNACK, find: "if (isPresent || isAssumed) {", replace: "if (isPresent || had) {" }],
    expects: ["session-truth"],
  },
  {
    name: "resumption-taken-for-loss",
    breaks: "a resumed session is taken for lost, and what was sent is published again as new",
    edits: [
      { file: CONNACK, find: "if (isPresent || isAssumed) {", replace: "if (isAssumed) {" },
      { file: SETTINGS, find: "<u8>LossPolicy.RepublishQos1", replace: "<u8>LossPolicy.All" },
    ],
    expects: ["session-truth", "qos2-exactly-once"],
  },
  {
    name: "resumed-without-stored-state",
    breaks: "a device that has lost its memory resumes the session of its earlier life",
    edits: [
      {
        file: CONNECTION,
        find: "c.clearing = !c.clean && !c.hasSession && !c.cleared && !speaksFive(c);",
        replace: "c.clearing = false;",
      },
      { file: CONNACK, find: "if (isPresent && !c.hasSession) {", replace: "if (isPresent && c.clearing) {" },
    ],
    expects: ["session-truth"],
  },
  {
    name: "lost-pubrel-reported-as-published",
    breaks: "a message past its PUBREC when the broker forgot the session is reported as published",
    edits: [
      { file: LOSS, find: "import { drop, qosOf,", replace: "import { drop, publish, qosOf," },
      { file: LOSS, find: "drop(c, i, DropReason.OutcomeUnknown);", replace: "publish(c, i, 0);" },
    ],
    expects: ["ends-once"],
    focus: FORGOTTEN_EXCHANGES,
  },
  {
    name: "subscriptions-not-restored",
    breaks: "a session that the broker has forgotten is left without its subscriptions",
    edits: [
      {
        file: CONNACK,
        find: "  forgetAllInbound(c);\n  restoreSubscriptions(c);\n",
        replace: "  forgetAllInbound(c);\n",
      },
    ],
    expects: ["subscribes-every-time"],
  },
  {
    name: "cut-subscribe-not-repeated",
    breaks: "a SUBSCRIBE whose answer a cut has taken is not sent again",
    edits: [
      {
        file: REQUESTS,
        find: "  c.owedFilters += c.requestCount;\n  endRequest(c);",
        replace: "  endRequest(c);",
      },
    ],
    expects: ["subscribes-every-time"],
  },
];
