// `replay`: a world of `explore`, or one that was recorded, once more. Plays it as `sim` does; what is in it, it does not know.

import type { Context, ParsedCommand } from "../command.ts";
import { defineWorlds, type WorldOptions } from "../explore/choices.ts";
import { showMoment } from "../explore/moment.ts";
import { type Recorded, subjectOf } from "../explore/subject.ts";
import { brokenFailure, EXIT, usageFailure } from "../failure.ts";
import { readImage } from "../image.ts";
import { createOutput } from "../output.ts";
import { playWorld } from "../sim/simulated.ts";
import { summaryOf } from "../sim/summary.ts";
import { durationArgument } from "../units.ts";

interface ReplayOptions extends WorldOptions {
  readonly until?: number;
  readonly force?: true;
  readonly trace?: string;
  readonly json?: true;
}

export const replay: ParsedCommand = {
  kind: "parsed",
  description:
    "Plays a world again: that of a seed of `explore`, which takes explore's --for and --faults,\n" +
    "or a recording of `sim --trace FILE`, which must come out as it was recorded.\n" +
    "Exits 1 when a promise was broken, or when another trace came out.",
  examples: ["npx motekit replay 17 --for 1h", "npx motekit replay 17 --for 1h --until 10m"],
  define(command) {
    defineWorlds(command.argument("<seed|file>", "a seed of `explore`, or a recording"))
      .option("--until <time>", "stop there, and show what led to it", durationArgument)
      .option("--force", "go on although another image was recorded")
      .option("--trace <file>", "record this run")
      .option("--json", "print the report as one JSON document");
  },
  async run(context, given, [what = ""]) {
    const options = given as ReplayOptions;
    const output = createOutput(context, { json: options.json === true });
    const { world, replay: again, recorded } = await subjectOf(what, options, context.root);
    if (recorded !== null) refuseOtherImage(context, recorded, options.force === true);
    if (options.until !== undefined) {
      showMoment(context, output, world, options.until);
      return EXIT.done;
    }
    const { report, devices } = await playWorld(context, world, {
      replay: again,
      trace: options.trace ?? null,
    });
    output.say(summaryOf(report, devices));
    if (options.json === true) output.json(report);
    if (recorded?.traceHash != null) compare(recorded, report.traceHash, output.note);
    return report.violations.length > 0 ? EXIT.broken : EXIT.done;
  },
};

function refuseOtherImage({ root }: Context, { path, image }: Recorded, isForced: boolean): void {
  const { hash } = readImage(root);
  if (hash === image || isForced) return;
  throw usageFailure(
    `${path} was recorded with another image: ${image}, and this is ${hash}`,
    "Accepted: --force to play it all the same, or the motekit that recorded it",
  );
}

function compare({ path, traceHash }: Recorded, hash: string, note: (line: string) => void): void {
  if (hash !== traceHash)
    throw brokenFailure(`${path} came out otherwise: its trace was ${traceHash}, and is ${hash}`);
  note(`The same trace as recorded: ${hash}`);
}
