// Owns the comparison: the same steps for every subject, until one of them answers or does something else. Knows neither
// targets nor what steps mean.
import type { Random } from "../../host-sim/random/random.ts";
import { type Sight, Steps } from "./steps.ts";
import type { Argument, Step, Subject } from "./subject.ts";

export interface Difference {
  readonly step: number;
  readonly what: string;
}

export interface Outcome {
  readonly steps: number;
  readonly difference: Difference | null;
  /** How often each function answered what: shows what a run has reached. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface Device {
  readonly firmware: "client" | "sensor";
  /** As `init` takes them. */
  readonly capacities: readonly number[];
}

/** `reference` comes first in every comparison. */
export function compare(
  [reference, ...others]: readonly [Subject, ...Subject[]],
  random: Random,
  { firmware, capacities }: Device,
  steps: number,
): Outcome {
  const source = new Steps(random.stream("steps"), firmware, capacities);
  const answers = new Map<string, number>();
  let sight: Sight = { receiveRoom: 0, deadlineMs: -1 };
  for (let count = 1; count <= steps; count += 1) {
    const step = source.next(sight);
    const taken = take([reference, ...others], step, answers);
    const asked = askSight([reference, ...others], source, answers);
    const what = taken.difference ?? asked.difference;
    if (what !== null) return { steps: count, difference: { step: count, what }, answers };
    source.took(step, taken.answer, Buffer.from(reference.room.subarray(0, sentBy(step, taken.answer))));
    sight = asked.sight;
  }
  return { steps, difference: null, answers };
}

/** What the next step depends on is asked of all, for asking may move bytes. */
function askSight(
  subjects: readonly [Subject, ...Subject[]],
  source: Steps,
  answers: Map<string, number>,
): { readonly sight: Sight; readonly difference: string | null } {
  const room = take(subjects, source.room(), answers);
  const deadline = take(subjects, source.deadline(), answers);
  const sight = { receiveRoom: room.answer >>> 0, deadlineMs: deadline.answer };
  return { sight, difference: room.difference ?? deadline.difference };
}

function take(
  [reference, ...others]: readonly [Subject, ...Subject[]],
  step: Step,
  answers: Map<string, number>,
): { readonly answer: number; readonly difference: string | null } {
  const answer = answerOf(reference, step);
  const key = `${step.name} ${answer < 0 || step.name.endsWith("oll") ? answer : "+"}`;
  answers.set(key, (answers.get(key) ?? 0) + 1);
  for (const other of others) {
    const what = differs(reference, answer, writtenBy(step, answer), other, step);
    if (what !== null) return { answer, difference: `${stepText(step)}: ${what}` };
  }
  return { answer, difference: null };
}

/** The reference is never at fault for a step that it cannot take: the step was not one that a caller may take. */
function answerOf(reference: Subject, step: Step): number {
  try {
    return reference.call(step);
  } catch (error) {
    throw new Error(`${reference.name} does not survive ${stepText(step)}`, { cause: error });
  }
}

function sentBy(step: Step, answer: number): number {
  return step.name === "collect" || step.name === "publishNow" ? writtenBy(step, answer) : 0;
}

function writtenBy({ values }: Step, answer: number): number {
  return values.includes("room") ? Math.max(0, answer) : 0;
}

function differs(
  reference: Subject,
  answer: number,
  written: number,
  other: Subject,
  step: Step,
): string | null {
  let others: number;
  try {
    others = other.call(step);
  } catch (error) {
    return `${other.name} throws ${error instanceof Error ? error.message : error}`;
  }
  if (others !== answer) return `${reference.name} answers ${answer}, ${other.name} ${others}`;
  if (reference.room.compare(other.room, 0, written, 0, written) !== 0)
    return `${other.name} writes other bytes`;
  if (reference.state.equals(other.state)) return null;
  const at = reference.state.findIndex((byte, index) => byte !== other.state[index]);
  return `byte ${at} of the state is ${reference.state[at]} in ${reference.name}, ${other.state[at]} in ${other.name}`;
}

function stepText({ name, values }: Step): string {
  return `${name}(${values.map(argumentText).join(", ")})`;
}

function argumentText(value: Argument): string {
  if (typeof value !== "object") return String(value);
  return value.length > 12 ? `${value.length} bytes` : `<${Buffer.from(value).toString("hex")}>`;
}
