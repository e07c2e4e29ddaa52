// A run of `sim` in simulated time, from its options to its report. Knows worlds; not how the report is printed.
import { join } from "node:path";
import { Core, capacityList } from "../../device/core.ts";
import { ProfileError } from "../../net/link/profile.ts";
import { drawSeed } from "../../random/random.ts";
import { Play } from "../../scenario/play.ts";
import { createReport, type RunIdentity } from "../../scenario/report.ts";
import type { World } from "../../scenario/world.ts";
import { type Board, loadBoard } from "../board.ts";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { type Image, readImage } from "../image.ts";
import { commandLine } from "./command-line.ts";
import { playInSlices } from "./in-time-slices.ts";
import type { SimOptions } from "./options.ts";
import type { Simulated } from "./realtime.ts";
import { openRecording } from "./recorded.ts";
import { worldOf } from "./world-options.ts";

/** Throws a `Failure` for what is wrong or missing. */
export async function simulateInVirtualTime(context: Context, options: SimOptions): Promise<Simulated> {
  const seed = options.seed ?? drawSeed();
  const world = worldOf(options, seed);
  const replay = commandLine(options, seed);
  return playWorld(context, world, { replay, trace: options.trace ?? null });
}

export interface HowToPlay {
  /** The command that plays it again. */
  readonly replay: string;
  /** The file to record into. */
  readonly trace: string | null;
}

export async function playWorld(context: Context, world: World, how: HowToPlay): Promise<Simulated> {
  const startMs = context.clock.nowMs;
  const board = loadBoard(join(context.root, "boards"), world.board);
  const image = readImage(context.root);
  const core = new Core(image.module);
  const recording =
    how.trace === null ? null : await openRecording(how.trace, context.root, world, image.hash);
  const play = withWordsForUsers(() => new Play(world, { core, board, writeLine: recording?.write ?? null }));
  const progress = await createProgress(context, world);
  await playInSlices(play, context, () => progress.show(play.nowMs));
  progress.close();
  const played = play.end();
  const wallMs = context.clock.nowMs - startMs;
  const { traceHash, promises } = played;
  const identity = identityOf(world, board, image, core, how.replay);
  const report = createReport(identity, played.ledger, played.result, { wallMs, traceHash, promises });
  await recording?.end(report);
  return { report, devices: played.ledger.devices };
}

function identityOf(world: World, board: Board, image: Image, core: Core, replay: string): RunIdentity {
  const { seed, link, protocol, devices, qos, everyMs } = world;
  return {
    seed,
    board: board.name,
    link,
    protocol,
    devices,
    image: image.hash,
    qos,
    everyMs,
    capacities: board.capacities,
    clientBytes: core.exports.blockBytes(...capacityList(board.capacities)),
    replay,
  };
}

function withWordsForUsers<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw usageFailure(error.message, "Accepted: --link NAME[,k=v…]; `npx motekit links` lists them");
  }
}

interface Progress {
  show(atMs: number): void;
  close(): void;
}

async function createProgress({ stderr, env }: Context, { forMs }: World): Promise<Progress> {
  if (stderr.isTTY !== true || env.TERM === "dumb") return { show: () => undefined, close: () => undefined };
  // loaded for a terminal alone: that takes as long as to simulate some days
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(stderr);
  return {
    show: (atMs) => draw(`simulated ${Math.min(100, Math.floor((100 * atMs) / forMs))} %`),
    close() {
      draw.clear();
      draw.done();
    },
  };
}
