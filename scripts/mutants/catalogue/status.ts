// Owns the mutants whose retained status does not tell the truth: will, birth, goodbye.

import type { Mutant } from "../mutant.ts";
import { RETAINING_NOTHING } from "./focus.ts";

const CONNACK = "assembly/client/connack.ts";
const CONNECTION = "assembly/client/connection.ts";
const HEADS = "assembly/packet/heads.ts";
const NEXT = "assembly/packet/next.ts";
const STATUS_CELL = "assembly/session/status-cell.ts";

const OWN_TOPIC_IGNORED = {
  file: STATUS_CELL,
  find: "  if (!hasStatus(c)) return;\n",
  replace: "  if (!hasStatus(c) || whole) return;\n",
};

export const STATUS: readonly Mutant[] = [
  {
    name: "will-forgotten-at-reconnect",
    breaks: "only the first connection has a will",
    edits: [
      { file: CONNECTION, find: "  missAnswer(c);\n", replace: "  missAnswer(c);\n  c.willTopic = 0;\n" },
    ],
    expects: ["will-always-set", "status-tells-truth"],
  },
  {
    name: "born-once",
    breaks: "a resumed session neither says online again nor minds that its own topic says offline",
    edits: [
      {
        file: CONNACK,
        find: "  oweStatus(c);\n  return Event.Connected;",
        replace: "  if (!isPresent) oweStatus(c);\n  return Event.Connected;",
      },
      OWN_TOPIC_IGNORED,
    ],
    expects: ["birth-every-time", "status-tells-truth"],
  },
  {
    name: "status-not-retained",
    breaks: "the status is published without the retain flag",
    edits: [{ file: STATUS_CELL, find: ": STATUS_QOS | <u32>Option.Retain)", replace: ": STATUS_QOS)" }],
    expects: ["birth-every-time"],
  },
  {
    name: "will-not-retained",
    breaks: "the will is set without its retain flag",
    edits: [
      {
        file: HEADS,
        find: "c.willOptions & Option.Retain ? 32 : 0",
        replace: "c.willOptions & Option.Retain ? 0 : 0",
      },
    ],
    expects: ["will-always-set", "birth-every-time"],
  },
  {
    name: "status-outlives-its-will",
    breaks: "the status is retained where the will no longer is",
    edits: [
      {
        file: STATUS_CELL,
        find: "c.willTopic != 0 && c.willTopic ==",
        replace: "c.willTopic == 0 && c.willTopic ==",
      },
    ],
    focus: RETAINING_NOTHING,
    expects: ["birth-every-time"],
  },
  {
    name: "goodbye-without-status",
    breaks: "a device that leaves says DISCONNECT, which deletes the will, and not offline",
    edits: [{ file: CONNECTION, find: "  if (c.goodbyeText != 0) oweStatus(c);\n", replace: "" }],
    expects: ["goodbye-tells-first", "status-tells-truth"],
  },
  {
    name: "disconnect-before-the-status",
    breaks: "a device that leaves says DISCONNECT while its status is not acknowledged",
    edits: [
      {
        file: NEXT,
        find: "if (!c.disconnectOwed && isStatusUnsettled(c)) beginMessage(c);",
        replace: "if (c.disconnectOwed && isStatusUnsettled(c)) beginMessage(c);",
      },
    ],
    expects: ["goodbye-tells-first", "status-tells-truth"],
  },
];
