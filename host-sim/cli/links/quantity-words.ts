// How a number of a profile is said to people: its unit follows from its key. Knows units; not what the number is for.

const DURATIONS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

const RATES: readonly (readonly [bits: number, unit: string])[] = [
  [1_000_000, "Mbit/s"],
  [1_000, "kbit/s"],
];

/** By the ending of `key`, such as `clearMs`; a number without a unit as it is. */
export function quantityWords(key: string, value: number): string {
  if (key.endsWith("Ms")) return durationWords(value);
  if (key.endsWith("BitsPerSecond")) return rateWords(value);
  if (key.endsWith("PerThousand") || key.endsWith("share")) return shareWords(key, value);
  if (key.endsWith("Bytes")) return `${grouped(value)} B`;
  if (key.endsWith("Mc")) return `${grouped(value)} mC`;
  if (key.startsWith("usd")) return `${grouped(value)} USD`;
  return grouped(value);
}

export function durationWords(ms: number): string {
  return scaled(ms, DURATIONS, "ms");
}

export function rateWords(bitsPerSecond: number): string {
  return scaled(bitsPerSecond, RATES, "bit/s");
}

function shareWords(key: string, value: number): string {
  return `${grouped(key.endsWith("PerThousand") ? value / 10 : value * 100)} %`;
}

/** In the largest unit of which there is at least one. */
function scaled(value: number, units: readonly (readonly [number, string])[], finest: string): string {
  const [size, unit] = units.find(([size]) => value >= size) ?? [1, finest];
  return `${grouped(value / size)} ${unit}`;
}

/** No digit is left out that a profile's number has. */
function grouped(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 6 });
}
