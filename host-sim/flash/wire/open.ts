// Opens a port by its name, and says why if it cannot be. Knows sockets and serialport; not what is at the other end.
import { once } from "node:events";
import { connect } from "node:net";
import { SerialPort } from "serialport";
import { after, type Clock } from "../../time/clock.ts";
import { Trouble } from "../trouble.ts";
import { type PortName, portWords } from "./port-name.ts";
import type { Wire } from "./wire.ts";

const CONNECT_LIMIT_MS = 10_000;

/** Throws a missing `Trouble`. */
export async function openWire(name: PortName, baud: number, clock: Clock): Promise<Wire> {
  return name.kind === "tcp" ? openTcp(name, clock) : openSerial(name, baud);
}

async function openTcp(name: Extract<PortName, { kind: "tcp" }>, clock: Clock): Promise<Wire> {
  const { host, port } = name;
  const socket = connect({ host, port, noDelay: true });
  const limit = after(clock, CONNECT_LIMIT_MS, () => socket.destroy(new Error("no answer")));
  try {
    await once(socket, "connect");
  } catch (error) {
    throw noPort(name, error as NodeJS.ErrnoException);
  } finally {
    limit.cancel();
  }
  return {
    name: portWords(name),
    stream: socket,
    setModemLines: null,
    setBaud: null,
    close: async () => void socket.destroy(),
  };
}

async function openSerial(name: Extract<PortName, { kind: "serial" }>, baudRate: number): Promise<Wire> {
  const port = new SerialPort({ path: name.path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(noPort(name, error)) : resolve()));
  });
  return {
    name: portWords(name),
    stream: port,
    setModemLines: (lines) => called((done) => port.set(lines, done)),
    setBaud: (baud) => called((done) => port.update({ baudRate: baud }, done)),
    close: () => called((done) => (port.isOpen ? port.close(done) : done(null))),
  };
}

function called(run: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
}

interface Reason {
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** By the words of serialport, which hands on the system's, and by the codes of Node's sockets. */
const REASONS: readonly Reason[] = [
  {
    pattern: /permission denied|access denied|EACCES/i,
    what: "may not be opened",
    remedy:
      "On Linux: `sudo usermod -aG dialout $USER`, then log in again. On Windows: close what else has it open",
  },
  {
    pattern: /no such file|file not found|ENOENT|unknown error code (2|3)\b/i,
    what: "is not there",
    remedy:
      "Plug the board in, with a cable that carries data. `npx motekit doctor` lists the ports there are",
  },
  {
    pattern: /cannot lock|resource (busy|temporarily)|EBUSY/i,
    what: "is in use",
    remedy: "Close the other program that has it open (a serial monitor, an IDE)",
  },
  {
    pattern: /inappropriate ioctl|not a tty|ENOTTY/i,
    what: "is no serial port",
    remedy: "Correct the port. `npx motekit doctor` lists those there are",
  },
  {
    pattern: /ECONNREFUSED/,
    what: "refuses the connection",
    remedy: "Start what is to listen there, or correct the address",
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    what: "names a host that is not known",
    remedy: "Correct the address",
  },
];

function noPort(name: PortName, error: NodeJS.ErrnoException): Trouble {
  const words = `${error.code ?? ""} ${error.message}`;
  const reason = REASONS.find(({ pattern }) => pattern.test(words));
  const what = reason?.what ?? `cannot be opened: ${error.message}`;
  return new Trouble(
    "missing",
    `${portWords(name)} ${what}`,
    reason?.remedy ?? "Correct the port, or plug the board in",
  );
}
