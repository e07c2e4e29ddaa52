// The board of a command that needs an interpreter on it. Knows which boards there are; not what is done with one.
import { type Board, boardNames, loadBoard } from "../board.ts";
import { usageFailure } from "../failure.ts";
import type { EspruinoBoard } from "./budget.ts";

/** Throws a usage `Failure`. */
export function espruinoBoard(folder: string, name: string | undefined): EspruinoBoard {
  const others = boardNames(folder).filter((other) => hasEspruino(loadBoard(folder, other)));
  if (name === undefined) throw usageFailure("--board is missing", `Accepted: ${others.join(", ")}`);
  const board = loadBoard(folder, name);
  if (hasEspruino(board)) return board;
  throw usageFailure(
    `${name} runs no Espruino, so there is no image for it`,
    `Accepted: ${others.join(", ")}`,
  );
}

/** For each name by which an interpreter reports itself: the boards that do. */
export function boardsByReport(folder: string): ReadonlyMap<string, readonly string[]> {
  const boards = new Map<string, string[]>();
  for (const name of boardNames(folder)) {
    for (const report of loadBoard(folder, name).espruino?.reportsAs ?? []) {
      boards.set(report, [...(boards.get(report) ?? []), name]);
    }
  }
  return boards;
}

function hasEspruino(board: Board): board is EspruinoBoard {
  return board.espruino !== null;
}
