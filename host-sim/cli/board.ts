// Boards, as files say they are: found, read and checked against their schema. Knows no board by name.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Capacities } from "../device/core.ts";
import type { EspruinoFacts, PinFacts } from "../flash/board-facts.ts";
import type { EnergyFigures } from "../net/link/meter/figures.ts";
import type { BoardTcp } from "../net/link/tcp/board-tcp.ts";
import { didYouMean } from "../words/nearest.ts";
import { type Failure, usageFailure } from "./failure.ts";

/** What boards/board.schema.json describes; a file that passes it has this shape. Bytes are bytes, times milliseconds. */
export interface Board {
  readonly name: string;
  readonly title: string;
  readonly memory: {
    readonly flashBytes: number | null;
    readonly ramBytes: number | null;
    readonly clientBytesMax: number | null;
  };
  readonly capacities: Capacities;
  readonly features: {
    readonly wifi: boolean;
    readonly tls: boolean;
    /** Can wake itself. */
    readonly deepSleep: boolean;
  };
  readonly pins: PinFacts | null;
  /** null: no Espruino, hence no image. */
  readonly espruino: EspruinoFacts | null;
  readonly tcp: BoardTcp;
  readonly energy: EnergyFigures | null;
  readonly sources: Readonly<Record<string, string>>;
}

const SCHEMA_FILE = "board.schema.json";

/** Every board in the folder, in the order of their names. */
export function boardNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && file !== SCHEMA_FILE)
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Throws a usage `Failure` for a name that is no board's, and for a file that is not as the schema says. */
export function loadBoard(folder: string, name: string): Board {
  const names = boardNames(folder);
  if (!names.includes(name)) {
    throw usageFailure(
      `no board is called "${name}"${didYouMean(name, names)}`,
      `Accepted: ${names.join(", ")}`,
    );
  }
  const file = join(folder, `${name}.json`);
  const board = readJson(file);
  const isBoard = validatorOf(folder);
  if (!isBoard(board)) throw badFile(file, (isBoard.errors ?? []).map(inWords));
  if (board.name !== name)
    throw badFile(file, [`/name is "${board.name}"; the file's name makes it "${name}"`]);
  return board;
}

/** Compiled once, and a test says that the schema is one: either takes longer than reading every board there is. */
const validators = new Map<string, ValidateFunction<Board>>();

function validatorOf(folder: string): ValidateFunction<Board> {
  const file = join(folder, SCHEMA_FILE);
  const known = validators.get(file);
  if (known !== undefined) return known;
  const validator = new Ajv2020({ allErrors: true, validateSchema: false }).compile<Board>(
    readJson(file) as object,
  );
  validators.set(file, validator);
  return validator;
}

function readJson(file: string): unknown {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badFile(file, [(error as SyntaxError).message]);
  }
}

function badFile(file: string, wrong: readonly string[]): Failure {
  return usageFailure(
    `${file} does not describe a board: ${wrong.join("; ")}`,
    `Accepted: what ${SCHEMA_FILE} beside it says`,
  );
}

/** Ajv's finding with the name it is about, which its own message leaves out. */
function inWords({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === "" ? "the file" : instancePath;
  const { additionalProperty, allowedValues } = params as Readonly<Record<string, unknown>>;
  if (typeof additionalProperty === "string")
    return `${where} has an unknown property "${additionalProperty}"`;
  if (Array.isArray(allowedValues)) return `${where} must be one of ${allowedValues.join(", ")}`;
  return `${where} ${message}`;
}
