// Owns when faults at a moment happen, and whom they meet. Refuses to know how they are written.

import type { Clock } from "../time/clock.ts";
import type { Bench } from "./bench.ts";
import { describeFault, FAULT_SHAPES, type Fault } from "./faults.ts";
import type { Station } from "./station.ts";

export interface FaultTargets {
  readonly stations: readonly Station[];
  readonly bench: Bench;
}

/** Each is told to `onFault` before it happens. The answer calls off those still to come. */
export function scheduleFaults(
  faults: readonly Fault[],
  targets: FaultTargets,
  clock: Clock,
  onFault: (description: string) => void,
): () => void {
  const startMs = clock.nowMs;
  const timers = faults.map((fault) =>
    clock.at(startMs + fault.atMs, () => {
      onFault(describeFault(fault));
      strike(fault, targets);
    }),
  );
  return () => {
    for (const timer of timers) timer.cancel();
  };
}

function strike(fault: Fault, { stations, bench }: FaultTargets): void {
  const { family } = FAULT_SHAPES[fault.kind];
  if (family === "link" || family === "power") for (const station of stations) station.strike(fault);
  else bench.strike(fault);
}
