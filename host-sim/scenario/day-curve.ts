// Owns the temperature that a simulated sensor measures. Refuses to know the device.

import type { RandomStream } from "../random/random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A mild day in spring: estimates, in thousandths of a degree Celsius. */
const MEAN = 17_000;
const DAY_SWING = 5_000;
/** Air is warmest well after noon. */
const WARMEST_MS = 15 * HOUR_MS;

/** Weather, clouds, wind: each slower the larger it is. Two sines of unequal periods each, so that nothing repeats. */
const DISTURBANCES = [
  { swing: 900, periodMs: 7 * HOUR_MS },
  { swing: 350, periodMs: 45 * 60_000 },
  { swing: 120, periodMs: 6 * 60_000 },
  { swing: 60, periodMs: 40_000 },
] as const;
const GOLDEN = (1 + Math.sqrt(5)) / 2;
const WAVES = DISTURBANCES.flatMap(({ swing, periodMs }) =>
  [periodMs, periodMs / GOLDEN].map((wavePeriodMs) => ({ swing: swing / 2, periodMs: wavePeriodMs })),
);

/** Thousandths of a degree at a moment, an integer. A function of the time alone: how often it is asked changes nothing. */
export type Temperature = (atMs: number) => number;

/** The hour of the day at 0 ms is drawn too. */
export function createDayCurve(random: RandomStream): Temperature {
  const startMs = random.between(0, DAY_MS);
  const phases = WAVES.map(() => random.unit());
  return (atMs) => {
    const day = DAY_SWING * cosine((atMs + startMs - WARMEST_MS) / DAY_MS);
    let disturbance = 0;
    WAVES.forEach(({ swing, periodMs }, wave) => {
      disturbance += swing * cosine(atMs / periodMs + (phases[wave] as number));
    });
    return Math.round(MEAN + day + disturbance);
  };
}

/** Whole turns are taken off first: of large angles a cosine takes many times as long. */
function cosine(turns: number): number {
  return Math.cos(2 * Math.PI * (turns - Math.floor(turns)));
}
