// Owns when faults at a moment happen, and whom they meet. Refuses to know how they are written.

import type { Clock } from "../time/clock.ts";
import { describeFault, type Fault } from "./faults.ts";
import type { Station } from "./station.ts";

export interface FaultTargets {
  readonly stations: readonly Station[];
  readonly restartBroker: (options: { readonly forget: boolean }) => void;
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

function strike(fault: Fault, { stations, restartBroker }: FaultTargets): void {
  switch (fault.kind) {
    case "cut":
      for (const station of stations) station.cut();
      return;
    case "blackhole":
      for (const station of stations) station.blackhole(fault.durationMs);
      return;
    case "power":
      for (const station of stations) station.cyclePower();
      return;
    case "broker-restart":
    case "broker-forget":
      restartBroker({ forget: fault.kind === "broker-forget" });
      return;
  }
}
