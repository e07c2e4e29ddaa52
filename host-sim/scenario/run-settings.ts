// Owns what a run is given and what it answers. Refuses to know how it is run.

import type { Core } from "../device/core.ts";
import type { Credentials, DeviceSettings } from "../device/sensor-device.ts";
import type { LinkProfile } from "../net/link/profile.ts";
import type { Dialer } from "../net/stream.ts";
import type { Random } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import type { Fault } from "./faults.ts";
import type { Ledger } from "./ledger.ts";

export interface RunSettings {
  readonly link: LinkProfile;
  /** Of each device. */
  readonly device: Omit<DeviceSettings, "name" | "pace" | "credentials">;
  /** One device each. */
  readonly names: readonly string[];
  readonly broker: BrokerChoice;
  /** Null: until it is asked to hurry. */
  readonly forMs: number | null;
  readonly drainMs: number;
  readonly faults: readonly Fault[];
}

export type BrokerChoice =
  | { readonly kind: "embedded" }
  | { readonly kind: "remote"; readonly dialer: Dialer; readonly credentials: Credentials | null };

export interface RunSurroundings {
  readonly core: Core;
  readonly clock: Clock;
  readonly random: Random;
  /** It is told what happens through `observer`; the run asks it what has arrived. */
  readonly ledger: Ledger;
  readonly observer: (happening: Happening) => void;
  /** Resolves when the run shall end now, and be quick about it. */
  readonly hurry: Promise<void>;
}

export interface RunResult {
  /** From the start to the end of sampling. */
  readonly sampledMs: number;
  /** With the drain and the goodbyes. */
  readonly endMs: number;
  readonly willsFired: number;
  /** Of the devices' streams. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly memoryGrowthBytes: number;
}
