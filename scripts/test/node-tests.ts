// Owns the run of Node's own test runner and what it comes to. Knows nothing of what the tests claim.
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import type { LeftOut, Tally } from "./tally.ts";

/** A test file that hangs is a failure after this long, not a run that never ends. */
const FILE_TIMEOUT_MS = 10 * 60 * 1000;

/** What the runner tells of each test, suite and file; its published types leave `skip` and `type` out in places. */
interface Outcome {
  readonly name: string;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined };
}

/** Runs the files and shows the runner's report as it goes. A file without a test is a failure. */
export async function runNodeTests(
  root: string,
  files: readonly string[],
  output: NodeJS.WritableStream,
): Promise<Tally> {
  if (files.length === 0) {
    return { passed: 0, failed: 1, leftOut: [], problems: ["no test found: **/__tests__/**/*.test.ts"] };
  }
  const paths = files.map((file) => resolve(root, file));
  const leftOut: LeftOut[] = [];
  const problems: string[] = [];
  const counts = { passed: 0, failed: 0 };
  const isFile = (outcome: Outcome) => paths.includes(resolve(root, outcome.name));

  const events = run({ files: paths, concurrency: true, timeout: FILE_TIMEOUT_MS });
  events.on("test:pass", (outcome: Outcome) => {
    if (isFile(outcome)) {
      counts.failed++;
      problems.push(`${relative(root, outcome.name)} holds no test`);
    } else if (outcome.skip !== undefined || outcome.todo !== undefined) {
      leftOut.push({ test: outcome.name, reason: reasonOf(outcome) });
    } else if (outcome.details.type !== "suite") {
      counts.passed++;
    }
  });
  events.on("test:fail", (outcome: Outcome) => {
    if (outcome.details.type !== "suite") counts.failed++;
  });
  await shown(events.pipe(new spec()), output);
  if (counts.passed + counts.failed + leftOut.length === 0) {
    return { passed: 0, failed: 1, leftOut, problems: ["the test files hold no test"] };
  }
  return { ...counts, leftOut, problems };
}

function reasonOf({ skip, todo }: Outcome): string {
  if (typeof skip === "string" && skip !== "") return skip;
  return todo === undefined ? "no reason given" : "not written yet";
}

function shown(report: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    report.on("error", reject);
    report.on("end", resolve);
    report.pipe(output, { end: false });
  });
}
