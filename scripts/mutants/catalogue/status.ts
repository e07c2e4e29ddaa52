// Owns the mutants whose retained status does not tell the truth: will, birth, goodbye.

import type { Mutant } from "../mutant.ts";

const CONNACK = "assembly/client/connack.ts";
const CONNECTION = "assembly/client/connection.ts";
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
    edits: [{ file: STATUS_CELL, find: "STATUS_OPTIONS: u8 = 1 | 4;", replace: "STATUS_OPTIONS: u8 = 1;" }],
    expects: ["status-tells-truth", "birth-every-time"],
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
