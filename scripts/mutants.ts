// Owns `npm run mutants`: which mutants are asked for, over which seeds, and the exit code. Builds and plays nothing itself.
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { allBoards, choicesOf } from "../host-sim/cli/explore/choices.ts";
import { MUTANTS } from "./mutants/catalogue/all.ts";
import { CONTROLS } from "./mutants/catalogue/harmless.ts";
import { controlsOf, hunt, type Verdict } from "./mutants/hunt.ts";
import { createPlayer } from "./mutants/player.ts";
import { details, heading, row, summary } from "./mutants/report.ts";
import { buildEdited } from "./mutants/workshop.ts";
import { root } from "./root.ts";

/** Readings are taken for an hour in each world, with every fault there is. */
const WORLDS = { for: 3_600_000, faults: "all" };
/** Compiling and playing take a core each. */
const LANES_MOST = 2;
const EVENTS_MOST = 5_000_000;
const PATIENCE_MS = 30_000;

const command = new Command("mutants")
  .description(
    "builds deliberately broken clients, and shows which promise catches each in worlds drawn at random",
  )
  .argument("[names...]", "which mutants (default: all)")
  .option("--seeds <count>", "worlds for each, at most", count, 100)
  .option("--start <seed>", "the first seed", count, 1)
  .option("--enough <count>", "catches after which a mutant is hunted no more", count, 10)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText("after", "\nExample:\n  npm run mutants -- dup-forgotten --seeds 10")
  .parse();

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value === 0) {
    throw new InvalidArgumentError("Accepted: a whole number from 1 on.");
  }
  return value;
}

const { seeds, start, enough } = command.opts<Record<"seeds" | "start" | "enough", number>>();
const names = command.processedArgs[0] as readonly string[];
const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  console.error(
    `no mutant is called ${unknown.join(", ")}; there are: ${MUTANTS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}

const chosen = names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name));
const terrain = { choices: choicesOf(WORLDS, root), boards: allBoards(root), eventsMost: EVENTS_MOST };
const players = Array.from({ length: Math.min(LANES_MOST, availableParallelism()) }, () =>
  createPlayer(terrain, PATIENCE_MS),
);

function tell(verdict: Verdict): void {
  console.log(row(verdict));
  if (names.length > 0 && verdict.breaks !== null) console.log(details(verdict));
}

console.log(heading());
const verdicts = await hunt(controlsOf(chosen, CONTROLS), chosen, {
  seeds: Array.from({ length: seeds }, (_, index) => start + index),
  enough,
  build: buildEdited,
  players,
  onVerdict: tell,
});
await Promise.all(players.map((player) => player.close()));
console.log(summary(verdicts));
process.exitCode = verdicts.every(({ isAsItShould }) => isAsItShould) ? 0 : 1;
