// Owns what is made of the runs: quantiles of each, the spread of both sides, the verdict, the table. Measures nothing.
import type { Case } from "./cases.ts";

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly quantile: number;
  /** The least, the median and the greatest of the kernel's runs. */
  readonly kernelMs: readonly [least: number, median: number, most: number];
  /** Of the model's runs: the 5th, the 50th and the 95th percentile. */
  readonly modelMs: readonly [p5: number, p50: number, p95: number];
  readonly agrees: boolean;
}

/** What the user-space link and the scheduler add to the kernel's figures, and a jiffy of doubt about its phase. */
const SLACK_MS = 6;
const SLACK_SHARE = 0.02;

/** The model's median lies within what the kernel's own runs span. */
export function compare(
  subject: Case,
  kernel: readonly (readonly number[])[],
  model: readonly (readonly number[])[],
): readonly Row[] {
  return subject.quantiles.map((quantile) => {
    const ofKernel = kernel.map((samples) => quantileOf(samples, quantile));
    const ofModel = model.map((samples) => quantileOf(samples, quantile));
    const [least, median, most] = [0, 0.5, 1].map((p) => quantileOf(ofKernel, p)) as [number, number, number];
    const [p5, p50, p95] = [0.05, 0.5, 0.95].map((p) => quantileOf(ofModel, p)) as [number, number, number];
    const slack = Math.max(SLACK_MS, SLACK_SHARE * median);
    const agrees = p50 >= least - slack && p50 <= most + slack;
    const { name, title } = subject;
    return { name, title, quantile, kernelMs: [least, median, most], modelMs: [p5, p50, p95], agrees };
  });
}

/** Between the two nearest, as far as there are two. */
export function quantileOf(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function asTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, quantile, kernelMs, modelMs, agrees }) => {
    const which = quantile === 1 ? "max" : `p${Math.round(100 * quantile)}`;
    return `| \`${name}\` ${which} | ${spread(kernelMs)} | ${spread(modelMs)} | ${agrees ? "yes" : "**no**"} |`;
  });
  return [
    "| case, ms | kernel: least · median · most | model: p5 · p50 · p95 | within |",
    "|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function spread(figures: readonly number[]): string {
  return figures.map((ms) => Math.round(ms)).join(" · ");
}
