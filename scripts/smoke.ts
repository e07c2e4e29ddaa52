// Owns the last proof before a change is taken: the command, started as a user starts it, loses nothing. Knows the
// report of `motekit sim --json` and nothing of how it comes about.
import { execFile } from "node:child_process";
import { root } from "./root.ts";

interface Smoke {
  readonly args: readonly string[];
  /** Whether everything must arrive; worlds with power cuts cannot promise that. */
  readonly losesNothing: boolean;
  readonly willsFiredMin: number;
}

/** What is looked at in the report; what is not in it is not 0. */
interface Report {
  readonly readings?: number;
  readonly delivered?: number;
  readonly refused?: number;
  readonly lost?: number;
  readonly pending?: number;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly willsFired?: number;
  readonly violations?: readonly unknown[];
}

const REAL_TIME = [
  "sim",
  "--realtime",
  ...["--broker", "embedded"],
  ...["--link", "wifi-home"],
  ...["--for", "20s"],
  ...["--every", "1s"],
  "--json",
];
const A_MONTH = [
  "sim",
  "--link",
  "starlink-obstructed",
  "--for",
  "30d",
  "--every",
  "5m",
  "--seed",
  "42",
  "--json",
];

const SMOKES: readonly Smoke[] = [
  { args: REAL_TIME, losesNothing: true, willsFiredMin: 0 },
  { args: [...REAL_TIME, "--faults", "cut@5s,blackhole=6s@9s"], losesNothing: true, willsFiredMin: 1 },
  { args: A_MONTH, losesNothing: true, willsFiredMin: 1 },
  { args: ["explore", "--seeds", "40", "--for", "1h", "--json"], losesNothing: false, willsFiredMin: 1 },
];

/** Twenty seconds of readings, half a minute to drain, and room for a slow machine. */
const TIMEOUT_MS = 120_000;

let failed = 0;
for (const smoke of SMOKES) {
  const problems = await problemsOf(smoke);
  console.log(`${problems.length === 0 ? "pass" : "FAIL"}  npx motekit ${smoke.args.join(" ")}`);
  for (const problem of problems) console.log(`      ${problem}`);
  if (problems.length > 0) failed++;
}
console.log(`smoke: ${SMOKES.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function problemsOf({ args, losesNothing, willsFiredMin }: Smoke): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await motekit(args);
  if (exitCode !== 0) return [`exit ${exitCode}`, stderr.trim()];
  const report = parse(stdout);
  if (report === undefined) return [`standard output is not one JSON document: ${stdout.slice(0, 200)}`];
  const { readings = 0, willsFired = -1, violations } = report;
  const must: readonly Condition[] = [
    [readings > 0, `readings is ${readings}`],
    [willsFired >= willsFiredMin, `willsFired is ${willsFired}, less than ${willsFiredMin}`],
    [violations?.length === 0, `violations are ${JSON.stringify(violations)}`],
    ...(losesNothing ? lossesIn(report) : []),
  ];
  return must.filter(([holds]) => !holds).map(([, what]) => what);
}

type Condition = readonly [holds: boolean, what: string];

function lossesIn({ readings, delivered, refused, lost, pending, dropped }: Report): readonly Condition[] {
  return [
    [delivered === readings, `delivered is ${delivered} of ${readings}`],
    [refused === 0, `refused is ${refused}`],
    [lost === 0, `lost is ${lost}`],
    [pending === 0, `pending is ${pending}`],
    [isAllZero(dropped), `dropped is ${JSON.stringify(dropped)}`],
  ];
}

function isAllZero(counts: Readonly<Record<string, number>> | undefined): boolean {
  return counts !== undefined && Object.values(counts).every((count) => count === 0);
}

function parse(text: string): Report | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function motekit(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile("npx", ["motekit", ...args], options, (error, stdout, stderr) => {
      resolve({
        exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : 1,
        stdout,
        stderr,
      });
    });
  });
}
