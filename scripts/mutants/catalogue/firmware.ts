// Owns the mutants of the firmware: readings, commands, sleep.

import type { Mutant } from "../mutant.ts";
import { SMALL_OUTBOX } from "./harmless.ts";

const EVENTS = "firmware/sensor/events.ts";
const SAMPLING = "firmware/sensor/sampling.ts";

export const FIRMWARE: readonly Mutant[] = [
  {
    name: "refused-readings-not-numbered",
    breaks: "a reading that found no room leaves no gap in the numbers",
    edits: [
      ...SMALL_OUTBOX,
      {
        file: SAMPLING,
        find: "end = writeNumber(end, s.readings);",
        replace: "end = writeNumber(end, s.accepted + 1);",
      },
    ],
    expects: ["readings-arrive-intact", "ends-once"],
  },
  {
    name: "commands-ignored",
    breaks: "commands are received and not obeyed",
    edits: [
      { file: EVENTS, find: "if (c.eventFilter != s.commandFilter ||", replace: "if (c.eventFilter != 0 ||" },
    ],
    expects: ["commands-obeyed"],
  },
  {
    name: "interval-drifts",
    breaks: "each reading is taken a fiftieth of the interval late",
    edits: [
      {
        file: SAMPLING,
        find: "s.waitMs = s.intervalMs - (lateMs % s.intervalMs);",
        replace: "s.waitMs = s.intervalMs + s.intervalMs / 50;",
      },
    ],
    expects: ["samples-on-time"],
  },
  {
    name: "sampling-stops-after-a-sleep",
    breaks: "after a sleep the wait for the next reading still counts by the clock before it",
    edits: [
      { file: SAMPLING, find: "- sleptMs : 0;\n  s.waitSinceMs = nowMs;\n", replace: "- sleptMs : 0;\n" },
    ],
    expects: ["samples-on-time"],
  },
];
