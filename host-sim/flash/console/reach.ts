// Finds Espruino behind a port, or says what is there instead. Knows how strangers talk; leaves nothing behind on the board.
import { Trouble } from "../trouble.ts";
import { type BoardConsole, NoAnswer } from "./console.ts";

/** What the interpreter says about itself. */
export interface Interpreter {
  readonly board: string;
  readonly version: string;
  readonly variables: number;
}

/** A chip that was reset by the opening of its port needs a moment, and a busy one may miss the first call. */
const ATTEMPTS = 6;
const ATTEMPT_MS = 1500;

const WHO = "[process.env.BOARD,process.version,process.memory().total]";

/** Throws a missing `Trouble`. */
export async function reachEspruino(console: BoardConsole, port: string): Promise<Interpreter> {
  console.forget();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      if (interrupts(attempt)) await console.interrupt();
      const answer = await console.evaluate(WHO, ATTEMPT_MS);
      if (isWho(answer)) return { board: answer[0], version: answer[1], variables: answer[2] };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (error.why === "gone") throw portClosed(port);
    }
  }
  throw stranger(port, console.said);
}

/** Not at first, for an idle board needs none; and an interpreter on a PC ends at the second within five seconds. */
function interrupts(attempt: number): boolean {
  return attempt % 4 === 1;
}

export function portClosed(port: string): Trouble {
  return new Trouble(
    "missing",
    `${port} closed under the conversation`,
    "Check the cable and the board's power, and that it is a board that is there",
  );
}

function isWho(value: unknown): value is [string, string, number] {
  return (
    Array.isArray(value) &&
    typeof value[0] === "string" &&
    typeof value[1] === "string" &&
    typeof value[2] === "number"
  );
}

interface Stranger {
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy?: string;
}

const PUT_IT_THERE = "Put Espruino on it first: npx motekit flash … --interpreter IMAGE";

/** The first that fits. */
const STRANGERS: readonly Stranger[] = [
  {
    pattern: /waiting for download|DOWNLOAD\(|boot mode:\(1,/i,
    what: "is in its loader, which waits for an interpreter",
    remedy: `Press reset, with nothing at GPIO0 (or BOOT). If Espruino is not on it yet: ${PUT_IT_THERE}`,
  },
  { pattern: /MicroPython|^>>> ?/m, what: "runs MicroPython, not Espruino" },
  { pattern: /CircuitPython/, what: "runs CircuitPython, not Espruino" },
  { pattern: /NodeMCU|stdin:1:|lua:/i, what: "runs Lua (NodeMCU), not Espruino" },
  { pattern: /^\s*(ERROR|AT version)/m, what: "takes modem commands (AT), and no JavaScript" },
  {
    pattern: /ets (Jan|Jun|Jul|\w{3}) +\d|rst:0x|rst cause|invalid header|flash read err/i,
    what: "starts, but finds no Espruino to run",
  },
  {
    pattern: /"<mk"\+\d+/,
    what: "sends back what it is sent and runs none of it",
    remedy: "That is no console: check that the port is the board's, and that RX and TX are not joined",
  },
];

function stranger(port: string, said: string): Trouble {
  if (said.trim() === "") {
    return new Trouble(
      "missing",
      `nothing answers on ${port}`,
      "Check that this is the board's port, its power, and on a bare module that RX and TX are crossed; then press reset",
    );
  }
  const known = STRANGERS.find(({ pattern }) => pattern.test(said));
  if (known !== undefined) {
    return new Trouble("missing", `what is on ${port} ${known.what}`, known.remedy ?? PUT_IT_THERE);
  }
  if (isNoise(said)) {
    return new Trouble(
      "missing",
      `what is on ${port} sends bytes that are no text at this speed`,
      `Check that the board is the one that --board names. ${PUT_IT_THERE}`,
    );
  }
  return new Trouble("missing", `something answers on ${port}, but it is not Espruino`, PUT_IT_THERE);
}

/** Another speed looks like that: a good part of it is outside of what a console prints. */
function isNoise(said: string): boolean {
  const strange = [...said].filter((character) => !/[\s\x20-\x7e]/.test(character));
  return strange.length > said.length / 5;
}
