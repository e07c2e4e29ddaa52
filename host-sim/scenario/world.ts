// Owns what a simulated run is, whole: plain data from which everything in it follows, so that it can be kept, repeated and
// cut shorter. Refuses to know how it is run.

import type { ConnectionPace } from "../device/sensor-device.ts";
import type { Protocol } from "../words/protocol.ts";
import type { Fault } from "./faults.ts";
import type { FiveTerms } from "./five-terms.ts";

export interface World {
  /** Every draw of the run follows from it. */
  readonly seed: number;
  /** The name of a board. */
  readonly board: string;
  /** As typed after --link. */
  readonly link: string;
  readonly protocol: Protocol;
  /** What only MQTT 5 has; without meaning for the others. */
  readonly five: FiveTerms;
  readonly qos: 0 | 1 | 2;
  readonly devices: number;
  /** Between two readings. */
  readonly everyMs: number;
  /** How long readings are taken. */
  readonly forMs: number;
  /** How long the queues may drain afterwards. */
  readonly drainMs: number;
  readonly pace: ConnectionPace;
  readonly hardware: Hardware;
  /** In the order of their moments. */
  readonly faults: readonly Fault[];
  readonly downlink: readonly Command[];
}

/** The clock of each device: how wrong it goes, and what it shows at the start. It wraps at 2^32 ms. */
export interface Hardware {
  readonly driftPpm: number;
  readonly clockStartMs: number;
}

/** A message that somebody sends to all devices, on their command topic. */
export interface Command {
  readonly atMs: number;
  readonly qos: 0 | 1 | 2;
}
