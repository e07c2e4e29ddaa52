// Owns what a run of tests comes to. Knows no runner.

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** The tests that could not run here, each with its reason. */
  readonly leftOut: readonly LeftOut[];
  /** What the runner itself has not already shown. */
  readonly problems: readonly string[];
}

export interface LeftOut {
  readonly test: string;
  readonly reason: string;
}

/** Begins the reason of a test that needs a program nobody can be asked to have: it has to be built, and is named here. */
export const ONLY_WHERE_NAMED = "ESPRUINO names no";

/** Those that a machine which is set up to run everything would have run. */
export function mustRun(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  return leftOut.filter(({ reason }) => !reason.startsWith(ONLY_WHERE_NAMED));
}

export function sum(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    leftOut: [...one.leftOut, ...other.leftOut],
    problems: [...one.problems, ...other.problems],
  };
}

/** One line for each reason, with how many tests it kept from running: what a reader can mend is the reason. */
export function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { test, reason } of leftOut) reasons.set(reason, [...(reasons.get(reason) ?? []), test]);
  return [...reasons].map(([reason, tests]) => {
    const which = tests.length === 1 ? tests[0] : `${tests.length} tests`;
    return `left out: ${which} (${reason})`;
  });
}
