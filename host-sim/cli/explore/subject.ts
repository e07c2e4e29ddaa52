// What `replay` and `shrink` are asked about: the world of a seed, or that of a recording. Knows both; plays neither.
import { existsSync } from "node:fs";
import { drawWorld } from "../../scenario/explore/draw-world.ts";
import type { World } from "../../scenario/world.ts";
import { WorldError, worldIn } from "../../scenario/world-schema.ts";
import { RecordingError, readRecording } from "../../trace/recording.ts";
import { usageFailure } from "../failure.ts";
import { choicesOf, replayCommand, type WorldOptions } from "./choices.ts";

export interface Subject {
  readonly world: World;
  /** The command that plays it again. */
  readonly replay: string;
  readonly recorded: Recorded | null;
}

/** What a recording was made with, and what came out: null when it was cut short. */
export interface Recorded {
  readonly path: string;
  readonly image: string;
  readonly traceHash: string | null;
}

const ACCEPTED = "Accepted: a seed of `npx motekit explore`, or a file of `npx motekit sim --trace FILE`";

/** Throws a usage `Failure`. */
export async function subjectOf(what: string, options: WorldOptions, root: string): Promise<Subject> {
  if (existsSync(what)) return recordedSubject(what);
  const seed = /^\d+$/.test(what) ? Number(what) : Number.NaN;
  if (!Number.isSafeInteger(seed)) throw usageFailure(`"${what}" is neither a seed nor a file`, ACCEPTED);
  const world = drawWorld(seed, choicesOf(options, root));
  return { world, replay: replayCommand(seed, options), recorded: null };
}

async function recordedSubject(path: string): Promise<Subject> {
  try {
    const recording = await readRecording(path);
    // to its end, where the hash stands
    for await (const _ of recording.happenings());
    const { head, end } = recording;
    const recorded = { path, image: head.image, traceHash: end?.traceHash ?? null };
    return { world: worldIn(head.world), replay: `npx motekit replay ${path}`, recorded };
  } catch (error) {
    if (error instanceof RecordingError || error instanceof WorldError) {
      throw usageFailure(`${path}: ${error.message}`, ACCEPTED);
    }
    throw error;
  }
}
