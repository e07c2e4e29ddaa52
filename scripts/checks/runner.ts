// Owns how checks are run and told of: all of them, whatever the others find. Knows no check by name.
import type { Check } from "./check.ts";

interface Result {
  readonly name: string;
  readonly problems: readonly string[];
}

/**
 * Runs the checks whose names contain one of `wanted` (all of them when it is empty), and says what they found.
 * Resolves to the exit code: 0 when every check passed, 1 when one did not, 2 when `wanted` names none.
 */
export async function runChecks(
  checks: readonly Check[],
  wanted: readonly string[],
  say: (line: string) => void,
): Promise<0 | 1 | 2> {
  const unknown = wanted.find((word) => !checks.some(({ name }) => name.includes(word)));
  if (unknown !== undefined) {
    say(`There is no check "${unknown}". There are: ${checks.map(({ name }) => name).join("; ")}`);
    return 2;
  }
  const chosen = checks.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  const results: Result[] = [];
  for (const check of chosen) {
    const result = { name: check.name, problems: await problemsOf(check) };
    if (result.problems.length > 0) say(`\n${[`${check.name}:`, ...result.problems].join("\n")}\n`);
    results.push(result);
  }
  for (const line of table(results)) say(line);
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  say(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** A check that could not look has not passed. */
async function problemsOf(check: Check): Promise<readonly string[]> {
  try {
    return await check.run();
  } catch (error) {
    return [`could not be run: ${error instanceof Error ? error.stack : String(error)}`];
  }
}

function table(results: readonly Result[]): readonly string[] {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results.map(({ name, problems }) => {
    if (problems.length === 0) return `  pass  ${name}`;
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return `  FAIL  ${name.padEnd(width)}  ${count}`;
  });
}
