// `build`: the images of a board, with their size against its budget. Writes files; how an image is made is a script's to know.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  adviceOn,
  type EspruinoBoard,
  fits,
  type Judged,
  judge,
  type Measure,
  overBy,
} from "../build/budget.ts";
import { espruinoBoard } from "../build/espruino-board.ts";
import { makeImages } from "../build/image-maker.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";

interface Options {
  readonly board?: string;
  readonly out?: string;
  readonly json?: true;
}

interface Built {
  readonly file: string;
  readonly judged: Judged;
}

export const build: ParsedCommand = {
  kind: "parsed",
  description:
    "Writes what runs on a board's Espruino: the sensor node, and the client for programs of one's own.\n" +
    "Prints the size of each against the board's budget, and exits 1 when one is over it.",
  examples: ["npx motekit build --board esp8266", "npx motekit build --board esp32 --out sensor.js"],
  define(command) {
    command
      .option("--board <name>", "the board")
      .option("--out <file>", "write the sensor node there, and nothing else")
      .option("--json", "print one JSON document");
  },
  async run(context, given) {
    const options = given as Options;
    const output = createOutput(context, { json: options.json === true });
    const boards = join(context.root, "boards");
    const board = espruinoBoard(boards, options.board);
    const built = await write(context, options, board);
    if (options.json === true) output.json(asJson(board, built));
    else print(output, board, built);
    for (const { judged } of built) {
      for (const sentence of adviceOn(judged, board, boards))
        output.note(`${judged.image.name}: ${sentence}`);
    }
    return built.every(({ judged }) => fits(judged)) ? EXIT.done : EXIT.broken;
  },
};

async function write(context: Context, { out }: Options, board: EspruinoBoard): Promise<readonly Built[]> {
  const { sensor, module } = await makeImages(context.root, board);
  const folder = join(context.root, "build", board.name);
  const files = out === undefined ? [sensor, module].map((image) => join(folder, image.name)) : [out];
  return files.map((file, index) => {
    const image = index === 0 ? sensor : module;
    place(file, image.code);
    return { file: out ?? relative(context.root, file), judged: judge(image, board) };
  });
}

function place(file: string, code: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // Espruino's strings are bytes.
    writeFileSync(file, code, "latin1");
  } catch (error) {
    throw usageFailure(
      `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`,
      "Name another --out",
    );
  }
}

function asJson(board: EspruinoBoard, built: readonly Built[]): object {
  return {
    board: board.name,
    files: built.map(({ file, judged }) => ({
      file,
      bytes: judged.bytes.actual,
      bytesMax: judged.bytes.most,
      variables: judged.variables.actual,
      variablesMax: judged.variables.most,
      fits: fits(judged),
    })),
  };
}

function print({ say, paint }: Output, board: EspruinoBoard, built: readonly Built[]): void {
  say(paint.bold(`${board.name}: ${board.title}`));
  for (const { file, judged } of built) {
    say(`  ${file}: ${judged.image.purpose}`);
    say(`    ${measureWords(judged.bytes, "bytes", paint)}`);
    say(`    ${measureWords(judged.variables, "variables", paint)}`);
  }
}

function measureWords(measure: Measure, unit: string, { red }: Output["paint"]): string {
  const words = `${figure(measure.actual)} ${unit} of ${figure(measure.most)}`;
  const over = overBy(measure);
  return over === 0 ? words : red(`${words}: ${figure(over)} too many`);
}

function figure(value: number): string {
  return value.toLocaleString("en");
}
