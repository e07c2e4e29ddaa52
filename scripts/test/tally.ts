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
