// Owns the comparison of the modelled TCP with the kernel's own: which runs, how many at once, what is printed.
import { release } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { CASES, type Case } from "./validate-tcp/cases.ts";
import { asTable, compare, type Row } from "./validate-tcp/comparison.ts";
import { checkMachine, MissingError, runKernel } from "./validate-tcp/kernel.ts";
import { runModel } from "./validate-tcp/model.ts";

interface Options {
  readonly seeds: number;
  readonly modelSeeds: number;
  readonly jobs: number;
  readonly json?: boolean;
}

const NAMES = CASES.map(({ name }) => name);

const command = new Command("validate-tcp")
  .description("compares the modelled TCP with the kernel's own, over the same links")
  .argument("[cases...]", `which: ${NAMES.join(", ")}`, NAMES)
  .option("--seeds <n>", "runs of the kernel for each case", count, 8)
  .option("--model-seeds <n>", "runs of the model for each case", count, 200)
  .option("--jobs <n>", "runs of the kernel at once; they mostly wait", count, 8)
  .option("--json", "one JSON document on stdout")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText("after", "\nExample:\n  node --import tsx scripts/validate-tcp.ts iridium --seeds 3")
  .parse();

const options = command.opts<Options>();
const names = command.processedArgs[0] as readonly string[];
const unknown = names.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`no case is called ${unknown.join(", ")}; there are: ${NAMES.join(", ")}`);
  process.exit(2);
}
try {
  await checkMachine();
  process.exitCode = await validate(CASES.filter(({ name }) => names.includes(name)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof MissingError ? 3 : 1;
}

async function validate(cases: readonly Case[]): Promise<number> {
  const kernelRuns = await runAll(cases);
  const rows = cases.flatMap((subject, i) => {
    const model = Array.from({ length: options.modelSeeds }, (_, seed) => runModel(subject, seed));
    return compare(subject, kernelRuns[i] ?? [], model);
  });
  report(rows);
  return rows.every(({ agrees }) => agrees) ? 0 : 1;
}

/** The samples of each case's runs; so many runs at once, of whichever case is next. */
async function runAll(cases: readonly Case[]): Promise<readonly (readonly (readonly number[])[])[]> {
  const samples = cases.map((): (readonly number[])[] => []);
  const waiting = cases.flatMap((subject, i) =>
    Array.from({ length: options.seeds }, (_, seed) => ({ subject, i, seed })),
  );
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { subject, i, seed } = next;
      samples[i]?.push(await runKernel(subject, seed));
      if (process.stderr.isTTY) console.error(`${subject.name}: kernel run ${seed + 1} of ${options.seeds}`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return samples;
}

function report(rows: readonly Row[]): void {
  const { seeds, modelSeeds } = options;
  if (options.json === true) {
    console.log(JSON.stringify({ kernel: release(), seeds, modelSeeds, rows }, null, 2));
    return;
  }
  console.log(
    `Linux ${release()}, ${seeds} runs of the kernel and ${modelSeeds} of the model for each case:\n`,
  );
  console.log(asTable(rows));
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("a whole number from 1");
  return number;
}
