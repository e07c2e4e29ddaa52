// What a world had come to at one moment: the last lines of its trace, and its sums so far. Judges nothing: the run is not over.
import { join } from "node:path";
import { Core } from "../../device/core.ts";
import { Play } from "../../scenario/play.ts";
import { countReadings } from "../../scenario/report.ts";
import type { World } from "../../scenario/world.ts";
import { loadBoard } from "../board.ts";
import type { Context } from "../command.ts";
import { readImage } from "../image.ts";
import type { Output } from "../output.ts";

/** About a screen of them. */
const LINES = 40;

export function showMoment(context: Context, output: Output, world: World, untilMs: number): void {
  const board = loadBoard(join(context.root, "boards"), world.board);
  const core = new Core(readImage(context.root).module);
  const lines: string[] = [];
  const writeLine = (line: string): void => {
    lines.push(line);
    if (lines.length > LINES) lines.shift();
  };
  const play = new Play(world, { core, board, writeLine });
  while ((play.nextMs ?? Number.POSITIVE_INFINITY) <= untilMs && play.advance(1));
  const counts = countReadings(play.ledger, world.qos);
  play.close();
  output.bytes(lines.join(""));
  output.note(
    `At ${untilMs / 1000} s: ${counts.readings} readings taken, ${counts.delivered} received, ${counts.pending} waiting.`,
  );
}
