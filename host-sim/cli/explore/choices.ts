// What the worlds of `explore` are drawn from, and its options that `replay` and `shrink` share: a seed means the same world to
// all three. Knows boards and links by their files; plays nothing.
import { join } from "node:path";
import type { Command } from "commander";
import { profileNames, readProfile } from "../../net/link/profile.ts";
import type { Choices } from "../../scenario/explore/draw-world.ts";
import { boardNames, loadBoard } from "../board.ts";
import { parsedFaults } from "../sim/checks.ts";
import { durationArgument } from "../units.ts";
import type { BoardsByName } from "./explorer.ts";

export interface WorldOptions {
  readonly for: number;
  readonly faults: string;
}

const DEFAULT_FOR_MS = 6 * 3_600_000;
const DEFAULT_FAULTS = "all";

export function defineWorlds(command: Command): Command {
  return command
    .option("--for <duration>", "how long readings are taken in each world", durationArgument, DEFAULT_FOR_MS)
    .option(
      "--faults <list>",
      "what may go wrong: link, power, flash, broker, peer, all, none; faults at a moment too, such as cut@5s",
      DEFAULT_FAULTS,
    );
}

export function choicesOf({ for: forMs, faults: text }: WorldOptions, root: string): Choices {
  const { faults, families } = parsedFaults(text, forMs);
  const links = profileNames().map((name) => ({ name, isGateway: readProfile(name).kind === "gateway" }));
  return { links, boards: boardNames(join(root, "boards")), families, faults, forMs };
}

export function allBoards(root: string): BoardsByName {
  const folder = join(root, "boards");
  return Object.fromEntries(boardNames(folder).map((name) => [name, loadBoard(folder, name)]));
}

/** The command that plays this seed's world again, without what would be so anyway. */
export function replayCommand(seed: number, { for: forMs, faults }: WorldOptions): string {
  const words = [
    "npx motekit replay",
    String(seed),
    ...(forMs === DEFAULT_FOR_MS ? [] : [`--for ${forMs}ms`]),
    ...(faults === DEFAULT_FAULTS ? [] : [`--faults ${faults}`]),
  ];
  return words.join(" ");
}
