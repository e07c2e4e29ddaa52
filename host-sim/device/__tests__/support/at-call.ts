// Owns the counting of a sensor bench's calls and steps, and an act at one of them. Refuses to know what the act is.
import type { SensorBench } from "./sensor-bench.ts";

/** Calls `act` at the `at`th call that leaves the device or step that it takes, once. Answers how many there were. */
export function atCall(bench: SensorBench, at: number, act: () => void): () => number {
  let calls = 0;
  const count = (): void => {
    calls += 1;
    if (calls === at) act();
  };
  const countStep = (): void => {
    bench.device.afterSteps(1, countStep);
    count();
  };
  bench.device.afterSteps(1, countStep);
  bench.onCallOut = count;
  return () => calls;
}
