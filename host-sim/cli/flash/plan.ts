// What `flash` is about to do, from its options: everything that can be wrong is found here, before a port is opened.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { BoardModule, FlashRequest } from "../../flash/flash.ts";
import { type FlashPart, findParts } from "../../flash/interpreter/image-files.ts";
import { findEsptool } from "../../flash/interpreter/own-esptool.ts";
import { readSettings, type Settings } from "../../flash/settings/settings.ts";
import { type PortName, parsePortName } from "../../flash/wire/port-name.ts";
import { adviceOn, type EspruinoBoard, fits, judge, overBy } from "../build/budget.ts";
import { boardsByReport, espruinoBoard } from "../build/espruino-board.ts";
import { makeImages } from "../build/image-maker.ts";
import type { Context } from "../command.ts";
import { brokenFailure, usageFailure } from "../failure.ts";
import { askSettings } from "./ask-settings.ts";
import { isAtTerminal, Questions } from "./prompts.ts";

export interface FlashOptions {
  readonly board?: string;
  readonly port?: string;
  readonly settings?: string;
  readonly interpreter?: string;
  readonly esptool?: string;
  readonly image?: string;
  readonly module: readonly string[];
  readonly erase?: true;
  readonly wait: number;
  readonly dryRun?: true;
  readonly json?: true;
}

export interface Plan {
  readonly board: EspruinoBoard;
  readonly port: PortName;
  readonly interpreter: InterpreterPlan | null;
  readonly request: FlashRequest;
}

export interface InterpreterPlan {
  readonly parts: readonly FlashPart[];
  /** The user's own program, or null for the one that comes with this. */
  readonly esptool: string | null;
}

const BUILT_IN = "built-in";

export async function planFlash(context: Context, options: FlashOptions): Promise<Plan> {
  const folder = join(context.root, "boards");
  const board = espruinoBoard(folder, options.board);
  const port = parsePortName(options.port);
  const interpreter = interpreterPlan(context, options, board, port);
  const settings = await settingsOf(context, options, board);
  const image =
    options.image === undefined ? await buildImage(context, board, folder) : readCode(options.image, board);
  return {
    board,
    port,
    interpreter,
    request: {
      board,
      image,
      settings,
      modules: options.module.map((file) => readModule(file, board)),
      erasesStorage: options.erase === true,
      waitMs: options.wait,
      boardsByReport: boardsByReport(folder),
    },
  };
}

function interpreterPlan(
  { env }: Context,
  { interpreter, esptool }: FlashOptions,
  { espruino }: EspruinoBoard,
  port: PortName,
): InterpreterPlan | null {
  if (interpreter === undefined) return null;
  const parts = findParts(interpreter, espruino.interpreter);
  if (port.kind !== "serial" && esptool !== undefined && esptool !== BUILT_IN) {
    throw usageFailure("--esptool needs a serial port", "Leave it out: the built-in one speaks over TCP");
  }
  if (port.kind !== "serial" || esptool === BUILT_IN) return { parts, esptool: null };
  return { parts, esptool: esptool ?? findEsptool(env) ?? null };
}

/** null: those on the board stay. Where nobody can be asked, that is the default. */
async function settingsOf(
  context: Context,
  { settings, interpreter, erase, dryRun }: FlashOptions,
  board: EspruinoBoard,
): Promise<Settings | null> {
  if (settings !== undefined) return readSettings(settings, board);
  const areLost = interpreter !== undefined || erase === true;
  if (isAtTerminal(context) && dryRun !== true) return askedSettings(context, areLost, board);
  if (!areLost) return null;
  const by = interpreter === undefined ? "--erase" : "--interpreter";
  throw usageFailure(`${by} erases the settings on the board as well`, "Give them anew: --settings FILE");
}

async function askedSettings(
  context: Context,
  areNeeded: boolean,
  board: EspruinoBoard,
): Promise<Settings | null> {
  const questions = new Questions(context);
  try {
    const wanted = areNeeded ? "y" : await questions.ask("Set up WiFi and broker anew? [y/N] ");
    return /^y/i.test(wanted) ? await askSettings(questions, board) : null;
  } finally {
    questions.close();
  }
}

async function buildImage(context: Context, board: EspruinoBoard, folder: string): Promise<Uint8Array> {
  const { sensor } = await makeImages(context.root, board);
  const judged = judge(sensor, board);
  if (fits(judged)) return Buffer.from(sensor.code, "latin1");
  const over = `${overBy(judged.bytes)} bytes and ${overBy(judged.variables)} variables`;
  const advice = adviceOn(judged, board, folder).join("; ");
  throw brokenFailure(`the image is over the budget of ${board.name} by ${over}: ${advice}`);
}

/** JavaScript for the board, from a file. */
function readCode(file: string, { espruino }: EspruinoBoard): Uint8Array {
  let code: Uint8Array;
  try {
    code = readFileSync(file);
  } catch (error) {
    throw usageFailure(
      `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      "Accepted: JavaScript for Espruino, such as npx motekit build writes",
    );
  }
  if (code.length > 0 && code.length <= espruino.storageBytes) return code;
  throw usageFailure(
    `${file} has ${code.length} bytes`,
    `Accepted: 1 to ${espruino.storageBytes}, which is the board's Storage`,
  );
}

/** What Storage takes as a file's name. */
const MODULE_NAME = /^[\w-]{1,28}$/;

/** `DHT22.js` and `DHT22.min.js` are `require("DHT22")`. */
function readModule(file: string, board: EspruinoBoard): BoardModule {
  const name = basename(file).replace(/(\.min)?\.js$/, "");
  if (MODULE_NAME.test(name)) return { name, bytes: readCode(file, board) };
  throw usageFailure(
    `${file} is no name for a module`,
    "Accepted: NAME.js, with up to 28 letters, digits, - and _",
  );
}
