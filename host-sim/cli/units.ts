// Quantities as options of a command: a wrong one becomes a usage error that names the option.
import { InvalidArgumentError } from "commander";
import { parseDurationMs, QuantityError } from "../units/quantity.ts";

export const durationArgument = asArgument(parseDurationMs);

/** A whole number within bounds, for `--seed`, `--devices` and their like, which count and have no unit. */
export function countArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

function asArgument(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof QuantityError) throw new InvalidArgumentError(`${error.message}.`);
      throw error;
    }
  };
}
