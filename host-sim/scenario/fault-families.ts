// Owns the faults that come at random moments: how often, of which kinds, how long. Refuses to know what they do.

import type { RandomStream } from "../random/random.ts";
import { FAULT_SHAPES, type Family, type Fault, type FaultKind } from "./faults.ts";

export interface Draw {
  /** Kinds that may come. */
  readonly kinds: readonly FaultKind[];
  readonly forMs: number;
  /** Between two faults, on average. */
  readonly everyMs: number;
  /** The share of faults, and of beginnings, on which another follows at once: while they last, or what they began. */
  readonly companyShare?: number;
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
  "without-five": [1000, 10 * MINUTE_MS],
  reject: [1000, 10 * MINUTE_MS],
};

/** How long a device may be busy with what a fault has done, or with its own beginning: most connect within. An estimate. */
const AFTERMATH_MS = 10_000;

/** Steps in which a device handles one packet are few: most draws strike within one. */
const STEPS_MAX = 12;

export function kindsOf(families: readonly Family[]): readonly FaultKind[] {
  return (Object.keys(FAULT_SHAPES) as FaultKind[]).filter((kind) =>
    families.some((family) => FAULT_SHAPES[kind].family === family),
  );
}

/** In the order of their moments, which are whole milliseconds. */
export function drawFaults(
  { kinds, forMs, everyMs, companyShare = 0 }: Draw,
  random: RandomStream,
): readonly Fault[] {
  const faults: Fault[] = [];
  if (kinds.length === 0) return faults;
  const gapAfterMs = (lengthMs: number): number =>
    companyShare > 0 && random.chance(companyShare)
      ? random.between(0, lengthMs + AFTERMATH_MS)
      : random.exponential(everyMs);
  let atMs = gapAfterMs(0);
  while (atMs < forMs) {
    const fault = drawFault(random.pick(kinds), Math.floor(atMs), random);
    faults.push(fault);
    atMs += gapAfterMs(fault.durationMs ?? 0);
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
