// Owns what is kept of a world that was played, small enough for thousands, and their sum. Refuses to know who prints it.

import type { PromiseReport } from "../../promises/all.ts";
import type { Played } from "../play.ts";
import { countReadings } from "../report.ts";
import type { World } from "../world.ts";

export interface Outcome {
  readonly seed: number;
  /** Simulated, of all its devices together. */
  readonly deviceMs: number;
  readonly counts: Counts;
  readonly promises: readonly PromiseReport[];
}

/** Numbers that are added up, by name. */
export type Counts = Readonly<Record<CountName, number>>;
const COUNT_NAMES = [
  "readings",
  "acceptedQos0",
  "acceptedQos1",
  "acceptedQos2",
  "refused",
  "delivered",
  "rejected",
  "lost",
  "lostQos0",
  "pending",
  "outcomeUnknown",
  "duplicates",
  "expired",
  "superseded",
  "overflow",
  "sessionLost",
  "notSupported",
  "connections",
  "willsFired",
  "bytesUp",
  "bytesDown",
  "memoryGrowthBytes",
] as const;
type CountName = (typeof COUNT_NAMES)[number];

export interface Sum {
  seeds: number;
  deviceMs: number;
  readonly counts: Record<CountName, number>;
  readonly checked: Map<string, number>;
  /** Of each promise: cases it could not claim, by cause. */
  readonly excused: Map<string, Map<string, number>>;
  /** In the order of their seeds. */
  readonly broken: Broken[];
}

export interface Broken {
  readonly seed: number;
  readonly promise: string;
  readonly atMs: number;
  readonly device: number;
  readonly what: string;
}

export function outcomeOf(world: World, { result, ledger, promises }: Played): Outcome {
  const { accepted, dropped, ...rest } = countReadings(ledger, world.qos);
  return {
    seed: world.seed,
    deviceMs: result.endMs * world.devices,
    counts: {
      ...rest,
      ...dropped,
      acceptedQos0: accepted.qos0,
      acceptedQos1: accepted.qos1,
      acceptedQos2: accepted.qos2,
      connections: ledger.devices.reduce((total, { connections }) => total + connections, 0),
      willsFired: result.willsFired,
      bytesUp: result.bytesUp,
      bytesDown: result.bytesDown,
      memoryGrowthBytes: result.memoryGrowthBytes,
    },
    promises,
  };
}

export function emptySum(): Sum {
  const counts = Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])) as Sum["counts"];
  return { seeds: 0, deviceMs: 0, counts, checked: new Map(), excused: new Map(), broken: [] };
}

/** In whatever order outcomes come, the sum is the same. */
export function addTo(sum: Sum, { seed, deviceMs, counts, promises }: Outcome): void {
  sum.seeds += 1;
  sum.deviceMs += deviceMs;
  for (const name of COUNT_NAMES) sum.counts[name] += counts[name];
  for (const { name, checked, excused, broken } of promises) {
    sum.checked.set(name, (sum.checked.get(name) ?? 0) + checked);
    const byCause = sum.excused.get(name) ?? new Map<string, number>();
    sum.excused.set(name, byCause);
    for (const [cause, count] of Object.entries(excused))
      byCause.set(cause, (byCause.get(cause) ?? 0) + count);
    for (const { atMs, device, what } of broken) sum.broken.push({ seed, promise: name, atMs, device, what });
  }
  sum.broken.sort((a, b) => a.seed - b.seed || a.atMs - b.atMs);
}
