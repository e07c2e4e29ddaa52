// Owns what a run is given and what it answers. Refuses to know how it is run.

import type { ConnectionPace, Credentials, DeviceSettings } from "../device/sensor-device.ts";
import type { EnergyFigures } from "../net/link/meter/figures.ts";
import type { LinkProfile } from "../net/link/profile.ts";
import type { BoardTcp } from "../net/link/tcp/board-tcp.ts";
import type { RunFacts } from "../promises/promise.ts";
import type { Fault } from "./faults.ts";
import { USUAL_FIVE } from "./five-terms.ts";
import type { Command, Hardware } from "./world.ts";

export interface RunSettings {
  readonly link: LinkProfile;
  /** Of each device. */
  readonly device: Omit<DeviceSettings, "name" | "pace" | "credentials">;
  readonly pace: ConnectionPace;
  readonly credentials: Credentials | null;
  readonly tcp: BoardTcp;
  /** Of the board; null where nobody has said what its radio draws. */
  readonly energy: EnergyFigures | null;
  readonly hardware: Hardware;
  /** One device each. */
  readonly names: readonly string[];
  /** Null: until it is asked to hurry. */
  readonly forMs: number | null;
  readonly faults: readonly Fault[];
  readonly downlink: readonly Command[];
  /** Whoever has never connected after that long will not: the run ends. Null: it goes on. */
  readonly giveUpMs: number | null;
  readonly ending: EndLimits;
}

/** How long the steps of the end may take. */
export interface EndLimits {
  readonly drainMs: number;
  /** For the status `offline` to be acknowledged. */
  readonly statusMs: number;
  readonly goodbyeMs: number;
  /** Until a subscriber has what the devices have acknowledged, and knows that they have left. */
  readonly arrivalMs: number;
}

export interface RunResult {
  /** From the start to the end of sampling. */
  readonly sampledMs: number;
  /** With the drain and the goodbyes. */
  readonly endMs: number;
  readonly willsFired: number;
  /** On the links, with heads and repetitions. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Null where the link or the board says nothing about it. */
  readonly chargeMc: number | null;
  readonly costUsd: number | null;
  readonly memoryGrowthBytes: number;
  /** Of each device: messages that still wait for their end. */
  readonly waiting: readonly number[];
}

/** How late what is due may be done: a laptop that is busy with other things lets timers wait. */
const LATE_MS = { simulated: 50, realTime: 2000 } as const;

/** What those who judge a run may know of it. Of a broker that others have made nobody knows whether it keeps to the standard. */
export function factsOf({ device, names, pace, link }: RunSettings, isRealTime: boolean): RunFacts {
  return {
    qos: device.qos,
    protocol: device.protocol,
    sessionExpirySeconds: device.expiries?.sessionSeconds ?? USUAL_FIVE.sessionExpirySeconds,
    readingExpirySeconds: device.expiries?.readingSeconds ?? null,
    isHonestBroker: !isRealTime,
    lateMs: isRealTime ? LATE_MS.realTime : LATE_MS.simulated,
    devices: names.length,
    everyMs: device.intervalMs,
    keepAliveSeconds: pace.keepAliveSeconds,
    window: device.capacities.window,
    entries: device.capacities.entries,
    isGateway: link.kind === "gateway",
    pace,
  };
}
