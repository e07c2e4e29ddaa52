// `explore`: many random worlds, and every promise that one of them breaks, with the command that shows it again. Plays none
// itself: processes do.
import { availableParallelism } from "node:os";
import { createLogUpdate } from "log-update";
import { addTo, emptySum } from "../../scenario/explore/outcome.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { allBoards, choicesOf, defineWorlds, replayCommand, type WorldOptions } from "../explore/choices.ts";
import type { Explored } from "../explore/explorer.ts";
import { explorePool, type Pool } from "../explore/pool.ts";
import { type Search, searchAsJson, searchInWords } from "../explore/report.ts";
import { EXIT } from "../failure.ts";
import { readImage } from "../image.ts";
import { createOutput } from "../output.ts";
import { countArgument } from "../units.ts";

interface ExploreOptions extends WorldOptions {
  readonly seeds: number;
  readonly start: number;
  readonly jobs?: number;
  readonly json?: true;
}

const DEFAULT_SEEDS = 100;
const MOST_SEEDS = 1_000_000_000;
const MOST_JOBS = 256;

export const explore: ParsedCommand = {
  kind: "parsed",
  description:
    "Plays many worlds in simulated time: each seed draws a link, a board, a workload and faults.\n" +
    "Prints what every promise came to, and for each that was broken the command that plays its\n" +
    "world again. Exits 1 when a promise was broken. Ctrl-C prints what there is so far.",
  examples: [
    "npx motekit explore --seeds 200 --for 1h",
    "npx motekit explore --seeds 50 --faults link,power --json",
  ],
  define(command) {
    defineWorlds(
      command
        .option("--seeds <count>", "how many worlds", countArgument(1, MOST_SEEDS), DEFAULT_SEEDS)
        .option("--start <seed>", "the first seed", countArgument(0, Number.MAX_SAFE_INTEGER - MOST_SEEDS), 1)
        .option(
          "--jobs <count>",
          "how many processes (default: one for each core)",
          countArgument(1, MOST_JOBS),
        ),
    ).option("--json", "print the report as one JSON document");
  },
  async run(context, given) {
    const options = given as ExploreOptions;
    const image = readImage(context.root);
    const assignment = {
      choices: choicesOf(options, context.root),
      boards: allBoards(context.root),
    };
    const output = createOutput(context, { json: options.json === true });
    const search = new Searching(context, options, image.hash);
    const pool = explorePool(search.seeds(), jobsOf(options), assignment, (explored) => search.add(explored));
    const over = endWhenInterrupted(context, pool, () => {
      print(search.found());
      return search.isBroken ? EXIT.broken : null;
    });
    function print(found: Search): void {
      search.close();
      output.say(searchInWords(found, output.paint));
      if (options.json === true) output.json(searchAsJson(found));
    }
    await pool.done;
    over();
    if (!context.interruption.begun) print(search.found());
    return search.isBroken ? EXIT.broken : EXIT.done;
  },
};

class Searching {
  readonly #context: Context;
  readonly #options: ExploreOptions;
  readonly #image: string;
  readonly #startMs: number;
  readonly #sum = emptySum();
  readonly #crashed: { seed: number; why: string }[] = [];
  readonly #progress: ReturnType<typeof createLogUpdate> | null;

  constructor(context: Context, options: ExploreOptions, image: string) {
    this.#context = context;
    this.#options = options;
    this.#image = image;
    this.#startMs = context.clock.nowMs;
    const isLive = context.stderr.isTTY === true && context.env.TERM !== "dumb";
    this.#progress = isLive ? createLogUpdate(context.stderr) : null;
  }

  get isBroken(): boolean {
    return this.#sum.broken.length > 0 || this.#crashed.length > 0;
  }

  *seeds(): Iterable<number> {
    const { start, seeds } = this.#options;
    for (let seed = start; seed < start + seeds; seed += 1) yield seed;
  }

  add(explored: Explored): void {
    if (explored.kind === "played") addTo(this.#sum, explored.outcome);
    else this.#crashed.push(explored);
    const broken = this.#sum.broken.length + this.#crashed.length;
    const trouble = broken === 0 ? "no promise broken" : `${broken} broken`;
    this.#progress?.(
      `${this.#sum.seeds + this.#crashed.length} of ${this.#options.seeds} worlds, ${trouble}`,
    );
  }

  close(): void {
    this.#progress?.clear();
    this.#progress?.done();
  }

  found(): Search {
    const { start, seeds } = this.#options;
    return {
      start,
      seeds,
      image: this.#image,
      wallMs: this.#context.clock.nowMs - this.#startMs,
      sum: this.#sum,
      crashed: this.#crashed.sort((a, b) => a.seed - b.seed),
      replayOf: (seed) => replayCommand(seed, this.#options),
    };
  }
}

function jobsOf({ jobs, seeds }: ExploreOptions): number {
  return Math.min(jobs ?? availableParallelism(), seeds);
}

/** `finish` prints what there is, and answers the exit code if it knows a better one than the signal's. */
function endWhenInterrupted({ interruption }: Context, pool: Pool, finish: () => number | null): () => void {
  return interruption.onGoodbye(async () => {
    pool.stop();
    await pool.done;
    const exitCode = finish();
    if (exitCode !== null) interruption.overrule(exitCode);
  });
}
