// Owns what a promise is: something that is judged from evidence when a run is over. Refuses to know any promise.

import type { DeviceRecord, Reading } from "../scenario/ledger.ts";

export interface Evidence {
  readonly qos: 0 | 1 | 2;
  readonly readings: readonly Reading[];
  /** In the order in which the subscriber first had them. */
  readonly arrivals: readonly Reading[];
  readonly devices: readonly DeviceRecord[];
  readonly memoryGrowthBytes: number;
  readonly endMs: number;
}

/** One case in which the promise does not hold. */
export interface Finding {
  readonly atMs: number;
  /** Why the promise could not be claimed here; null: it was broken. */
  readonly excuse: string | null;
}

export interface KeptPromise {
  readonly name: string;
  judge(evidence: Evidence): readonly Finding[];
}
