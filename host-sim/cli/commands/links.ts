// `links`: the links there are, and every number of one with its source. Knows how to print them; not what they do.
import { OVERLAY_EXAMPLES, parseLink, readLink } from "../../net/link/overlay.ts";
import { ProfileError, type ProfileFile } from "../../net/link/profile.ts";
import { sourcedNumbers } from "../../net/link/sources.ts";
import { didYouMean } from "../../words/nearest.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { detailGroups } from "../links/details.ts";
import { sayDetails } from "../links/say-details.ts";
import { linkSummaries, SUMMARY_HEADS, summaryWords } from "../links/summary.ts";
import { createOutput } from "../output.ts";

const ACCEPTED = "Accepted: npx motekit links, or npx motekit links show NAME";

interface Options {
  readonly json?: boolean;
}

export const links: ParsedCommand = {
  kind: "parsed",
  description:
    "Lists the links that a run can have, or shows every number of one and where it comes from.\n" +
    `Overlays change a link: NAME,key=value with ${OVERLAY_EXAMPLES}.`,
  examples: [
    "npx motekit links",
    "npx motekit links show starlink-obstructed",
    "npx motekit links show geo-vsat,loss=2% --json",
  ],
  define(command) {
    command
      .argument("[show]", "the word show, then a link as after --link")
      .argument("[name]")
      .option("--json", "print one JSON document");
  },
  async run(context, options: Options, [verb, name]) {
    if (verb === undefined) list(context, options);
    else show(linkNamed(verb, name), context, options);
    return EXIT.done;
  },
};

function list(context: Context, { json = false }: Options): void {
  const output = createOutput(context, { json });
  const summaries = linkSummaries();
  if (json) {
    output.json({ links: summaries });
    return;
  }
  const rows = summaries.map(summaryWords);
  const widths = SUMMARY_HEADS.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  output.say(output.paint.bold(aligned(SUMMARY_HEADS, widths)));
  for (const row of rows) output.say(aligned(row, widths));
  output.say(output.paint.dim("+ and bursts besides; npx motekit links show NAME tells all of one"));
}

/** Figures to the right, words to the left. */
function aligned(cells: readonly string[], widths: readonly number[]): string {
  const isFigure = (column: number): boolean => column === 1 || column === 2;
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return isFigure(column) ? cell.padStart(width) : cell.padEnd(width);
    })
    .join("  ")
    .trimEnd();
}

function linkNamed(verb: string, name: string | undefined): ProfileFile {
  if (verb !== "show") {
    throw usageFailure(`links has no "${verb}"${didYouMean(verb, ["show"])}`, ACCEPTED);
  }
  if (name === undefined) throw usageFailure("links show needs a link", ACCEPTED);
  try {
    // A trace's file is read here, so that what is shown can be run.
    parseLink(name);
    return readLink(name);
  } catch (error) {
    if (error instanceof ProfileError) throw usageFailure(error.message, ACCEPTED);
    throw error;
  }
}

function show(file: ProfileFile, context: Context, { json = false }: Options): void {
  const output = createOutput(context, { json });
  if (json) {
    const { sources: _sources, ...figures } = file;
    output.json({ ...figures, numbers: sourcedNumbers(file) });
    return;
  }
  output.say(`${output.paint.bold(file.name)}: ${file.title}`);
  sayDetails(detailGroups(file), output);
}
