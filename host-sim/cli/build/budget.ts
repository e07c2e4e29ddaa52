// An image against its board's budget: whether it fits, by how much not, and what would make it fit. Knows budgets; builds nothing.
import { type Board, boardNames, loadBoard } from "../board.ts";
import type { BoardImage } from "./image-maker.ts";

export interface Measure {
  readonly actual: number;
  readonly most: number;
}

export interface Judged {
  readonly image: BoardImage;
  readonly bytes: Measure;
  readonly variables: Measure;
}

/** A board that has an interpreter. */
export type EspruinoBoard = Board & { readonly espruino: NonNullable<Board["espruino"]> };

export function judge(image: BoardImage, { espruino }: EspruinoBoard): Judged {
  return {
    image,
    bytes: { actual: Buffer.byteLength(image.code, "latin1"), most: espruino.budget.imageBytes },
    variables: { actual: image.variables, most: espruino.budget.variables },
  };
}

export function fits({ bytes, variables }: Judged): boolean {
  return overBy(bytes) === 0 && overBy(variables) === 0;
}

export function overBy({ actual, most }: Measure): number {
  return Math.max(0, actual - most);
}

/** Sentences on what to turn off, or which board to take; none for an image that fits. */
export function adviceOn(judged: Judged, board: EspruinoBoard, folder: string): readonly string[] {
  if (fits(judged)) return [];
  const others = roomierBoards(judged, folder);
  const elsewhere = others.length === 0 ? "no board here has room for it" : `it fits on ${others.join(", ")}`;
  if (board.espruino.tooSmall !== null) return [board.espruino.tooSmall, elsewhere];
  return [...turnOffAdvice(judged, board), ...capacityAdvice(judged, board), elsewhere];
}

function capacityAdvice(
  { variables }: Judged,
  { name, capacities, espruino }: EspruinoBoard,
): readonly string[] {
  const over = overBy(variables);
  if (over === 0) return [];
  const bytes = over * espruino.variableBytes;
  const { receiveBytes, outboxBytes } = capacities;
  const halved = Math.floor((receiveBytes + outboxBytes) / 2);
  if (bytes > halved) {
    return [`smaller buffers do not make up for ${over} variables`];
  }
  return [
    `take ${bytes} bytes off /capacities/receiveBytes (${receiveBytes}) and /capacities/outboxBytes (${outboxBytes}) in boards/${name}.json`,
  ];
}

function turnOffAdvice(
  { bytes, variables }: Judged,
  { name, features, espruino }: EspruinoBoard,
): readonly string[] {
  if (overBy(bytes) === 0 && overBy(variables) === 0) return [];
  const inIt = (["tls", "deepSleep"] as const)
    .filter((feature) => features[feature])
    .map((feature) => `/features/${feature}`);
  if (espruino.mqtt5) inIt.push("/espruino/mqtt5");
  if (inIt.length === 0) return ["there is nothing left in it to turn off"];
  const named = inIt.join(" and ");
  return [`turn off what this device does not need: ${named} in boards/${name}.json`];
}

function roomierBoards({ bytes, variables }: Judged, folder: string): readonly string[] {
  return boardNames(folder).filter((name) => {
    const budget = loadBoard(folder, name).espruino?.budget;
    return budget !== undefined && bytes.actual <= budget.imageBytes && variables.actual <= budget.variables;
  });
}
