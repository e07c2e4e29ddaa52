// Owns the list of all mutants. A new one is one entry in a file beside this.

import type { Mutant } from "../mutant.ts";
import { CONNECTION_AND_TIME } from "./connection.ts";
import { EDGES } from "./edges.ts";
import { FIRMWARE } from "./firmware.ts";
import { MQTT5 } from "./five.ts";
import { INCOMING_MESSAGES } from "./inbound.ts";
import { OUTBOUND } from "./outbound.ts";
import { RESUMING } from "./resuming.ts";
import { STATUS } from "./status.ts";

export const MUTANTS: readonly Mutant[] = [
  ...OUTBOUND,
  ...RESUMING,
  ...INCOMING_MESSAGES,
  ...EDGES,
  ...CONNECTION_AND_TIME,
  ...STATUS,
  ...MQTT5,
  ...FIRMWARE,
];
