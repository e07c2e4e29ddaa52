// Owns how verdicts are told: a row each, and what failed in the end. Judges nothing.

import type { Verdict } from "./hunt.ts";

/** Wide enough for the longest name. */
const NAME_WIDTH = 38;
const CAUGHT_WIDTH = 12;

export function heading(): string {
  return `${"mutant".padEnd(NAME_WIDTH)}${"caught in".padEnd(CAUGHT_WIDTH)}by promise (seeds), and the first seed again`;
}

export function row(verdict: Verdict): string {
  const { name, breaks, seeds, caught, by, first, expects } = verdict;
  const promises = by.map(({ promise, seeds: count }) => `${promise} (${count})`).join(", ") || "none";
  const start = `${name.padEnd(NAME_WIDTH)}${`${caught} of ${seeds}`.padEnd(CAUGHT_WIDTH)}`;
  const missed = breaks !== null && caught === 0 ? `SURVIVES ${expects.join(", ")}; broken: ` : "";
  const spoilt = breaks === null && caught > 0 ? "A HARMLESS CHANGE BREAKS " : "";
  const again =
    first === null ? "" : `\n${" ".repeat(NAME_WIDTH + CAUGHT_WIDTH)}${playAgain(verdict, first.seed)}`;
  return `${start}${missed}${spoilt}${promises}${again}`;
}

/** What the mutant does wrong and how it showed, for whoever asked for it by name. */
export function details({ breaks, first }: Verdict): string {
  const wrong = breaks === null ? [] : [`  ${breaks}`];
  if (first === null) return wrong.join("\n");
  const { promise, atMs, what } = first.breach;
  return [...wrong, `  seed ${first.seed}, ${promise} at ${(atMs / 1000).toFixed(1)} s: ${what}`].join("\n");
}

export function summary(verdicts: readonly Verdict[]): string {
  const mutants = verdicts.filter(({ breaks }) => breaks !== null);
  const survivors = mutants.filter(({ isAsItShould }) => !isAsItShould).map(({ name }) => name);
  const spoilt = verdicts
    .filter(({ breaks, isAsItShould }) => breaks === null && !isAsItShould)
    .map(({ name }) => name);
  return [
    `${mutants.length - survivors.length} of ${mutants.length} mutants caught.`,
    ...(survivors.length === 0 ? [] : [`Surviving: ${survivors.join(", ")}`]),
    ...(spoilt.length === 0 ? [] : [`Harmless, and yet they break promises: ${spoilt.join(", ")}`]),
  ].join("\n");
}

/** A control is played with the mutants that are built on it, and cannot be asked for by name. */
function playAgain({ name, breaks }: Verdict, seed: number): string {
  return breaks === null ? `seed ${seed}` : `npm run mutants -- ${name} --start ${seed} --seeds 1`;
}
