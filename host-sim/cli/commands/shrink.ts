// `shrink`: the shortest run that still breaks a promise. Knows where worlds come from and go to; what makes one shorter, it
// does not know.
import { Core } from "../../device/core.ts";
import { shrink as shrinkWorld, type Trial } from "../../scenario/explore/shrink.ts";
import { describeFault } from "../../scenario/faults.ts";
import { playWhole } from "../../scenario/play.ts";
import type { World } from "../../scenario/world.ts";
import type { ParsedCommand } from "../command.ts";
import { allBoards, defineWorlds, type WorldOptions } from "../explore/choices.ts";
import { equip } from "../explore/explorer.ts";
import { subjectOf } from "../explore/subject.ts";
import { EXIT } from "../failure.ts";
import { readImage } from "../image.ts";
import { createOutput, type Output } from "../output.ts";
import { playWorld } from "../sim/simulated.ts";
import { countArgument } from "../units.ts";

interface ShrinkOptions extends WorldOptions {
  readonly out?: string;
  readonly trials: number;
  readonly json?: true;
}

const DEFAULT_TRIALS = 400;
const MOST_TRIALS = 1_000_000;

interface Break {
  readonly promise: string;
  readonly atMs: number;
}

export const shrink: ParsedCommand = {
  kind: "parsed",
  description:
    "Makes a world that breaks a promise smaller as long as it still breaks it: an earlier end,\n" +
    "fewer faults, fewer messages, a plainer link. Records the smallest into a file.\n" +
    "Exits 1 when there is such a world, 0 when the world breaks nothing.",
  examples: ["npx motekit shrink 17 --for 1h", "npx motekit shrink 17 --for 1h --out found.trace"],
  define(command) {
    defineWorlds(command.argument("<seed|file>", "a seed of `explore`, or a recording"))
      .option("--out <file>", "where the smallest is recorded (default: shrunk-SEED.trace)")
      .option(
        "--trials <count>",
        "how many worlds to play at most",
        countArgument(1, MOST_TRIALS),
        DEFAULT_TRIALS,
      )
      .option("--json", "print the report as one JSON document");
  },
  async run(context, given, [what = ""]) {
    const options = given as ShrinkOptions;
    const output = createOutput(context, { json: options.json === true });
    const { world } = await subjectOf(what, options, context.root);
    const breaksIn = breakFinder(new Core(readImage(context.root).module), allBoards(context.root));
    const first = breaksIn(world)[0];
    if (first === undefined) {
      output.say(`The world of ${what} breaks no promise: there is nothing to shrink.`);
      return EXIT.done;
    }
    const trial: Trial = (candidate) =>
      breaksIn(candidate).find(({ promise }) => promise === first.promise)?.atMs ?? null;
    const shrunk = shrinkWorld(world, first.atMs, trial, options.trials);
    const out = options.out ?? `shrunk-${world.seed}.trace`;
    const { report } = await playWorld(context, shrunk.world, {
      replay: `npx motekit replay ${out}`,
      trace: out,
    });
    describe(output, first.promise, world, shrunk.world, shrunk.trials);
    output.say(`Recorded. Play it again: npx motekit replay ${out}`);
    output.say(`Look at it: npx motekit trace ${out}`);
    if (options.json === true) output.json(report);
    return EXIT.broken;
  },
};

/** A world that cannot be played breaks `runs-to-its-end` at its start. */
function breakFinder(core: Core, boards: ReturnType<typeof allBoards>): (world: World) => readonly Break[] {
  return (world) => {
    try {
      const { promises } = playWhole(world, equip(world, core, boards));
      return promises
        .flatMap(({ name, broken }) => broken.map(({ atMs }) => ({ promise: name, atMs })))
        .sort((a, b) => a.atMs - b.atMs);
    } catch {
      return [{ promise: "runs-to-its-end", atMs: 0 }];
    }
  };
}

function describe(output: Output, promise: string, before: World, after: World, trials: number): void {
  const { board, link, devices, qos, everyMs, forMs, faults } = after;
  const who = devices === 1 ? `one ${board}` : `${devices} ${board}s`;
  const list = faults.length === 0 ? "without a fault" : `with ${faults.map(describeFault).join(",")}`;
  output.say(`${promise} is still broken, after ${trials} worlds, by ${who} on ${link},`);
  output.say(`with a reading at QoS ${qos} every ${everyMs} ms for ${forMs} ms, ${list}.`);
  output.say(`Before: ${before.faults.length} faults in ${before.forMs} ms on ${before.link}.`);
}
