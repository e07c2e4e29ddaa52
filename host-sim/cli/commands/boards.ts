// `boards`: the boards there are, and everything of one with its source. Knows how to print them; not what they are for.
import { join } from "node:path";
import { sourcedNumbers } from "../../net/link/sources.ts";
import { didYouMean } from "../../words/nearest.ts";
import { type Board, boardNames, loadBoard } from "../board.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { detailGroups } from "../links/details.ts";
import { sayDetails } from "../links/say-details.ts";
import { createOutput } from "../output.ts";

const ACCEPTED = "Accepted: npx motekit boards, or npx motekit boards show NAME";

interface Options {
  readonly json?: boolean;
}

export const boards: ParsedCommand = {
  kind: "parsed",
  description:
    "Lists the boards that a run, an image or flashing can be for, or shows all of one and where it comes from:\n" +
    "capacities, features, pins, the interpreter and its budget, TCP and energy.",
  examples: [
    "npx motekit boards",
    "npx motekit boards show esp8266",
    "npx motekit boards show esp32-c3 --json",
  ],
  define(command) {
    command
      .argument("[show]", "the word show, then a board as after --board")
      .argument("[name]")
      .option("--json", "print one JSON document");
  },
  async run(context, options: Options, [verb, name]) {
    if (verb === undefined) list(context, options);
    else show(context, options, boardNamed(context, verb, name));
    return EXIT.done;
  },
};

function boardNamed(context: Context, verb: string, name: string | undefined): Board {
  if (verb !== "show") {
    throw usageFailure(`boards has no "${verb}"${didYouMean(verb, ["show"])}`, ACCEPTED);
  }
  if (name === undefined) throw usageFailure("boards show needs a board", ACCEPTED);
  return loadBoard(join(context.root, "boards"), name);
}

function list(context: Context, { json = false }: Options): void {
  const output = createOutput(context, { json });
  const folder = join(context.root, "boards");
  const all = boardNames(folder).map((name) => loadBoard(folder, name));
  if (json) {
    output.json({ boards: all.map(summary) });
    return;
  }
  const width = Math.max(...all.map(({ name }) => name.length));
  for (const board of all) output.say(`${output.paint.bold(board.name.padEnd(width))}  ${inWords(board)}`);
  output.say(output.paint.dim("npx motekit boards show NAME tells all of one"));
}

function summary({ name, title, memory, features, espruino }: Board): object {
  return { name, title, flashBytes: memory.flashBytes, ...features, variables: espruino?.variables ?? null };
}

function inWords({ title, features, espruino }: Board): string {
  const tls = features.tls ? "TLS" : "no TLS";
  if (espruino === null) return `${title}: ${tls}; no Espruino`;
  const storage = `${espruino.storageBytes / 1024} KiB of Storage`;
  const room = espruino.tooSmall === null ? "" : ", too little for the image";
  return `${title}: ${tls}; ${espruino.variables.toLocaleString("en")} variables, ${storage}${room}`;
}

function show(context: Context, { json = false }: Options, board: Board): void {
  const output = createOutput(context, { json });
  if (json) {
    const { sources: _sources, ...facts } = board;
    output.json({ ...facts, numbers: sourcedNumbers(board) });
    return;
  }
  output.say(`${output.paint.bold(board.name)}: ${board.title}`);
  sayDetails(detailGroups(board), output);
}
