// Quantities as people write them: `30s`, `64kbit`, `4KiB`. Knows numbers and units; not who asks, nor what for.

/** What was written is not a quantity of the kind asked for. The message says what is accepted. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

interface Scale {
  readonly kind: string;
  readonly finest: string;
  readonly example: string;
  readonly units: Readonly<Record<string, number>>;
}

const DAY_MS = 86_400_000;

const DURATION: Scale = {
  kind: "duration",
  finest: "millisecond",
  example: "250ms, 30s, 5m, 24h, 7d, 1y",
  // A year is 365 days: a simulated year has the same length whenever it is run.
  units: { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS, y: 365 * DAY_MS },
};

const RATE: Scale = {
  kind: "rate",
  finest: "bit per second",
  example: "2400bit, 64kbit, 2mbit",
  // netem's units: thousands, not 1024s.
  units: { bit: 1, kbit: 1000, mbit: 1_000_000, gbit: 1_000_000_000 },
};

const SIZE: Scale = {
  kind: "size",
  finest: "byte",
  example: "512B, 4KiB, 1MiB",
  units: { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
};

/** Milliseconds, a whole number ≥ 0. Throws `QuantityError`. */
export function parseDurationMs(text: string): number {
  return parse(text, DURATION);
}

/** Bits per second, a whole number ≥ 0. Throws `QuantityError`. */
export function parseRateBitsPerSecond(text: string): number {
  return parse(text, RATE);
}

/** Bytes, a whole number ≥ 0. Throws `QuantityError`. */
export function parseSizeBytes(text: string): number {
  return parse(text, SIZE);
}

function parse(text: string, scale: Scale): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) throw refusal(text, `is not a ${scale.kind}`, scale);
  if (unit === "") throw refusal(text, "has no unit", scale);
  const factor = Object.hasOwn(scale.units, unit) ? scale.units[unit] : undefined;
  if (factor === undefined) throw refusal(text, `is not a ${scale.kind}`, scale);
  return whole(text, Number(digits) * factor, scale);
}

/** `1.005s` is 1004.9999999999999 in binary: meant exactly, so rounded; `0.5ms` is too fine, so refused. */
function whole(text: string, value: number, scale: Scale): number {
  const rounded = Math.round(value);
  if (Math.abs(value - rounded) > 1e-6) throw refusal(text, `is finer than one ${scale.finest}`, scale);
  if (!Number.isSafeInteger(rounded)) throw refusal(text, "is too large", scale);
  return rounded;
}

function refusal(text: string, why: string, scale: Scale): QuantityError {
  const units = Object.keys(scale.units).join(", ");
  return new QuantityError(`"${text}" ${why}: write a number and one of ${units}, such as ${scale.example}`);
}
