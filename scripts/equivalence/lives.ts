// Owns which devices are compared, and for how long each lives. Knows neither targets nor steps.
import { createRandom } from "../../host-sim/random/random.ts";
import type { Program } from "../portable/model.ts";
import { type JavaScriptImage, javaScriptImage } from "./js-subject.ts";
import { compare, type Difference } from "./run.ts";
import type { BoardAnswers, Subject } from "./subject.ts";
import { wasmSubject } from "./wasm-subject.ts";

export type FirmwareName = "client" | "sensor";

/** Ordinary, the least there may be, many and large, and a ring that one message fills. As `init` takes them. */
export const CAPACITIES: Readonly<Record<FirmwareName, readonly (readonly number[])[]>> = {
  client: [
    [1024, 1024, 15, 8, 32, 10, 200, 3],
    [64, 40, 1, 1, 1, 2, 40, 1],
    [16500, 20000, 40, 12, 3, 20, 700, 12],
    [128, 129, 4, 3, 2, 6, 90, 2],
  ],
  sensor: [
    [1024, 1024, 15, 8, 32, 10, 200, 3],
    [64, 45, 1, 1, 1, 9, 190, 2],
    [300, 17000, 40, 12, 3, 20, 700, 12],
  ],
};

/** So many steps, then a life from `init` on: rare states lie near the beginning as often as far from it. */
const STEPS_A_LIFE = 5_000;

export interface Comparison {
  readonly program: Program;
  readonly module: WebAssembly.Module;
  readonly firmware: FirmwareName;
  readonly seed: number;
  readonly steps: number;
  /** Which texts run beside the reference. */
  readonly modes: readonly ("plain" | "check" | "minified")[];
  /** Made to every text: a defect that must be found. */
  readonly change?: (code: string) => string;
  readonly onLife?: (stepsDone: number) => void;
}

export interface Verdict {
  readonly steps: number;
  /** How often each call answered what: what the run has reached. */
  readonly answers: ReadonlyMap<string, number>;
  readonly found: Found | null;
}

export interface Found extends Difference {
  readonly capacities: readonly number[];
  /** Of the life in which it was found. */
  readonly seed: number;
}

const BOARD: BoardAnswers = {
  sampleThousandths: (channel) => (channel === 0 ? -21_375 : -0x80000000),
  setOutput: (output) => output < 3,
  identity: Buffer.from("esp8266-3f2a91"),
};

/** Stops at the first difference. Minified text, which takes seconds to make, runs with the first capacities. */
export async function compareLives(comparison: Comparison): Promise<Verdict> {
  const { firmware, steps, seed } = comparison;
  const answers = new Map<string, number>();
  const kinds = CAPACITIES[firmware];
  let done = 0;
  for (const [index, capacities] of kinds.entries()) {
    const images = await imagesOf(comparison, capacities, index === 0);
    const end = Math.round((steps * (index + 1)) / kinds.length);
    for (let life = 0; done < end; life += 1) {
      const lifeSeed = seed + life;
      const outcome = live(comparison, capacities, images, lifeSeed, Math.min(STEPS_A_LIFE, end - done));
      done += outcome.steps;
      for (const [key, count] of outcome.answers) answers.set(key, (answers.get(key) ?? 0) + count);
      const { difference } = outcome;
      if (difference !== null) {
        return { steps: done, answers, found: { ...difference, capacities, seed: lifeSeed } };
      }
      comparison.onLife?.(done);
    }
  }
  return { steps: done, answers, found: null };
}

function imagesOf(
  { program, firmware, modes, change }: Comparison,
  capacities: readonly number[],
  isFirst: boolean,
): Promise<readonly JavaScriptImage[]> {
  const made = modes.filter((mode) => isFirst || mode !== "minified");
  return Promise.all(
    made.map((mode) =>
      javaScriptImage(
        {
          program,
          capacities,
          firmware,
          mode: mode === "check" ? "check" : "plain",
          isMinified: mode === "minified",
        },
        change,
      ),
    ),
  );
}

function live(
  { module, firmware }: Comparison,
  capacities: readonly number[],
  images: readonly JavaScriptImage[],
  seed: number,
  steps: number,
) {
  const reference = wasmSubject({ module, capacities, firmware, board: BOARD });
  const subjects: [Subject, ...Subject[]] = [reference, ...images.map((image) => image.instantiate(BOARD))];
  return compare(subjects, createRandom(seed), { firmware, capacities }, steps);
}
