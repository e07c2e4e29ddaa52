// Owns the faults that come at random moments: how often, of which kinds, how long. Refuses to know what they do.

import type { RandomStream } from "../random/random.ts";
import { FAULT_SHAPES, type Family, type Fault, type FaultKind } from "./faults.ts";

export interface Draw {
  /** Kinds that may come. */
  readonly kinds: readonly FaultKind[];
  readonly forMs: number;
  /** Between two faults, on average. */
  readonly everyMs: number;
}

const MINUTE_MS = 60_000;

/** How long each lasts: from and to, drawn evenly in its logarithm, so that short and long ones are as frequent. Estimates. */
const LENGTHS_MS: Partial<Readonly<Record<FaultKind, readonly [from: number, to: number]>>> = {
  blackhole: [500, 20 * MINUTE_MS],
  power: [10, 10 * MINUTE_MS],
  brownout: [500, 20_000],
  sleep: [100, 60 * MINUTE_MS],
  "broker-restart": [10, 5 * MINUTE_MS],
  "broker-forget": [10, 5 * MINUTE_MS],
  "late-acks": [1000, 10 * MINUTE_MS],
  fragments: [1000, 10 * MINUTE_MS],
  refuse: [1000, 10 * MINUTE_MS],
  throttle: [1000, 10 * MINUTE_MS],
  redeliver: [1000, 30 * MINUTE_MS],
};

/** Steps in which a device handles one packet are few: most draws strike within one. */
const STEPS_MAX = 12;

export function kindsOf(families: readonly Family[]): readonly FaultKind[] {
  return (Object.keys(FAULT_SHAPES) as FaultKind[]).filter((kind) =>
    families.some((family) => FAULT_SHAPES[kind].family === family),
  );
}

/** In the order of their moments, which are whole milliseconds. */
export function drawFaults({ kinds, forMs, everyMs }: Draw, random: RandomStream): readonly Fault[] {
  const faults: Fault[] = [];
  if (kinds.length === 0) return faults;
  for (let atMs = random.exponential(everyMs); atMs < forMs; atMs += random.exponential(everyMs)) {
    faults.push(drawFault(random.pick(kinds), Math.floor(atMs), random));
  }
  return faults;
}

/** Takes the same number of draws for each kind. */
function drawFault(kind: FaultKind, atMs: number, random: RandomStream): Fault {
  const [fromMs, toMs] = LENGTHS_MS[kind] ?? [1, 1];
  const length = Math.round(Math.exp(random.between(Math.log(fromMs), Math.log(toMs))));
  const countsSteps = random.chance(0.5);
  const steps = Math.floor(random.between(0, STEPS_MAX));
  const { steps: canCount } = FAULT_SHAPES[kind];
  return {
    kind,
    atMs,
    durationMs: LENGTHS_MS[kind] === undefined ? null : length,
    afterSteps: canCount && countsSteps ? steps : null,
  };
}
