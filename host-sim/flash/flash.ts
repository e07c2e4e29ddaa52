// Owns the order in which code gets onto a board: find it, stop it, make room, write, check, restart, watch. Refuses to know
// what the code is, and how a port is opened.
import type { Clock } from "../time/clock.ts";
import type { EspruinoFacts } from "./board-facts.ts";
import { BoardConsole, NoAnswer } from "./console/console.ts";
import { type Interpreter, portClosed, reachEspruino } from "./console/reach.ts";
import { type Settings, secretsIn, settingsFile, withoutSecrets } from "./settings/settings.ts";
import {
  type BoardFile,
  checkRoom,
  compact,
  eraseFiles,
  eraseStorage,
  fileNames,
  writeFile,
} from "./storage/board-storage.ts";
import { CODE_FILE, replacedFiles, SETTINGS_FILE } from "./storage/files.ts";
import { Trouble } from "./trouble.ts";
import { watchUntilConnected } from "./watch/watch.ts";
import type { Wire } from "./wire/wire.ts";

export interface FlashRequest {
  readonly board: { readonly name: string; readonly espruino: EspruinoFacts };
  readonly image: Uint8Array;
  /** null: those on the board stay. */
  readonly settings: Settings | null;
  /** Drivers that the code asks for by name. */
  readonly modules: readonly BoardModule[];
  readonly erasesStorage: boolean;
  /** How long the board may take to connect. */
  readonly waitMs: number;
  /** For each name by which an interpreter reports itself: the boards that do. */
  readonly boardsByReport: ReadonlyMap<string, readonly string[]>;
}

export interface BoardModule {
  /** As `require` takes it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FlashSurroundings {
  readonly clock: Clock;
  /** A step begins. */
  readonly begin: (step: string) => void;
  /** A remark on the step. */
  readonly say: (words: string) => void;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

export interface Flashed {
  readonly interpreter: Interpreter;
  /** What the device calls itself. */
  readonly deviceName: string;
}

interface Session extends FlashRequest {
  readonly wire: Wire;
  readonly console: BoardConsole;
  readonly surroundings: FlashSurroundings;
  readonly files: readonly BoardFile[];
  interpreter: Interpreter | null;
  deviceName: string;
  watching: Promise<string> | null;
}

interface Step {
  readonly words: (request: FlashRequest) => string;
  readonly run: (session: Session) => Promise<void>;
}

const STEPS: readonly Step[] = [
  { words: () => "find Espruino on the port, and see that it is the board", run: find },
  { words: () => "stop what runs there", run: stop },
  {
    words: (request) =>
      request.erasesStorage
        ? "erase the board's Storage, with all its files"
        : `make room in its Storage: erase ${replacedBy(request).join(", ")}`,
    run: makeRoom,
  },
  {
    words: ({ image, modules }) => {
      const files = [`${CODE_FILE}, ${image.length} bytes`, ...modules.map(({ name }) => name)];
      return `write the code: ${files.join(", ")}, and check it there`;
    },
    run: writeCode,
  },
  {
    words: ({ settings }) =>
      settings === null
        ? `keep the settings that are on the board in ${SETTINGS_FILE}`
        : `write the settings: ${SETTINGS_FILE}, and check them there`,
    run: writeSettings,
  },
  { words: () => "restart the board", run: restart },
  { words: ({ waitMs }) => `watch until it is connected, for ${waitMs / 1000} s at most`, run: watch },
];

/** What `flash` will do, for people. */
export function flashSteps(request: FlashRequest): readonly string[] {
  return STEPS.map(({ words }) => words(request));
}

/** Throws a `Trouble`. The wire stays open: closing it is for the caller. */
export async function flash(
  request: FlashRequest,
  wire: Wire,
  surroundings: FlashSurroundings,
): Promise<Flashed> {
  const console = new BoardConsole(wire, surroundings.clock);
  const session: Session = {
    ...request,
    wire,
    console,
    surroundings,
    files: filesOf(request),
    interpreter: null,
    deviceName: "",
    watching: null,
  };
  for (const { words, run } of STEPS) {
    surroundings.begin(words(request));
    await run(session).catch((error: unknown) => {
      throw error instanceof NoAnswer ? unanswered(error, words(request), wire) : error;
    });
  }
  return { interpreter: session.interpreter as Interpreter, deviceName: session.deviceName };
}

// Code first: what the board itself rewrites then lies behind it, and no compaction moves code that runs.
function filesOf({ image, modules, settings }: FlashRequest): readonly BoardFile[] {
  const code = [{ name: CODE_FILE, bytes: image }, ...modules].map((file) => ({ ...file, isSecret: false }));
  if (settings === null) return code;
  return [...code, { name: SETTINGS_FILE, bytes: Buffer.from(settingsFile(settings)), isSecret: true }];
}

function replacedBy({ settings, modules }: FlashRequest): readonly string[] {
  return [...replacedFiles(settings !== null), ...modules.map(({ name }) => name)];
}

function unanswered({ why }: NoAnswer, step: string, wire: Wire): Trouble {
  if (why === "gone") return portClosed(wire.name);
  const what = why === "silent" ? "stopped answering" : "reported an error";
  return new Trouble(
    "missing",
    `the board ${what} at this step: ${step}`,
    "Press reset and try again; if it happens again, put the interpreter there anew: --interpreter IMAGE",
  );
}

async function find(session: Session): Promise<void> {
  const { console, wire, surroundings } = session;
  const interpreter = await reachEspruino(console, wire.name);
  surroundings.say(`Espruino ${interpreter.version} on ${interpreter.board}`);
  checkBoard(session, interpreter);
  if (session.settings === null && !session.erasesStorage) await checkSettingsThere(console);
  session.interpreter = interpreter;
}

function checkBoard(
  { board, boardsByReport, surroundings }: Session,
  { board: reported }: Interpreter,
): void {
  if (board.espruino.reportsAs.includes(reported)) return;
  const others = boardsByReport.get(reported);
  if (others === undefined) {
    surroundings.say(`no board's file knows an interpreter called ${reported}; going on as ${board.name}`);
    return;
  }
  throw new Trouble(
    "usage",
    `the interpreter there is that of ${others.join(" or ")}, not of ${board.name}`,
    `Flash it with --board ${others[0]}, or put the interpreter of ${board.name} on it: --interpreter IMAGE`,
  );
}

async function checkSettingsThere(console: BoardConsole): Promise<void> {
  if ((await fileNames(console)).includes(SETTINGS_FILE)) return;
  throw new Trouble("usage", "there are no settings on the board yet", "Give them: --settings FILE");
}

async function stop({ console, wire }: Session): Promise<void> {
  // Whatever runs may have a watchdog that nobody feeds from here on.
  await console.run("if(E.kickWatchdog)E.kickWatchdog()");
  await console.run("reset()");
  await reachEspruino(console, wire.name);
}

async function makeRoom(session: Session): Promise<void> {
  const { console, erasesStorage, files } = session;
  if (erasesStorage) await eraseStorage(console);
  else {
    await eraseFiles(console, replacedBy(session));
    await compact(console);
  }
  await checkRoom(console, files);
}

async function writeCode(session: Session): Promise<void> {
  await writeFiles(session, (file) => !file.isSecret);
}

async function writeSettings(session: Session): Promise<void> {
  await writeFiles(session, (file) => file.isSecret);
}

async function writeFiles(
  { console, files, surroundings }: Session,
  isWanted: (file: BoardFile) => boolean,
): Promise<void> {
  for (const file of files.filter(isWanted)) {
    await writeFile(console, file, (done) => surroundings.progress(done, file.bytes.length));
  }
}

/** Listens before it restarts: a fast board's first words come at once. There is no answer to wait for. */
async function restart(session: Session): Promise<void> {
  session.watching = watching(session);
  // It is awaited in the next step; until then its end must not count as nobody's.
  session.watching.catch(() => {});
  await session.console.run("load()");
}

async function watch(session: Session): Promise<void> {
  session.deviceName = (await session.watching) ?? "";
}

function watching({ console, wire, settings, waitMs, surroundings }: Session): Promise<string> {
  const secrets = settings === null ? [] : secretsIn(settings);
  const board = {
    onLine: (listen: (line: string) => void) =>
      console.onLine((line) => listen(withoutSecrets(line, secrets))),
    gone: new Promise<void>((resolve) => void wire.stream.once("close", () => resolve())),
  };
  return watchUntilConnected(board, { clock: surroundings.clock, limitMs: waitMs, say: surroundings.say });
}
