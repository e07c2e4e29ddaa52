// What may stand for a port: a path, a Windows name, an address. Opens none of them.
import { Trouble } from "../trouble.ts";

export type PortName =
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const ACCEPTED =
  "Accepted: a path (/dev/ttyUSB0, /dev/cu.usbserial-0001), COM3, or tcp://HOST:PORT. `npx motekit doctor` lists ports";

/** Windows takes COM10 and above only behind its device prefix; serialport adds that itself. */
const WINDOWS = /^(?:\\\\\.\\)?(COM[1-9]\d{0,2})$/i;

/** Throws a usage `Trouble`. */
export function parsePortName(text: string | undefined): PortName {
  if (text === undefined) throw new Trouble("usage", "--port is missing", ACCEPTED);
  const windows = WINDOWS.exec(text)?.[1];
  if (windows !== undefined) return { kind: "serial", path: windows.toUpperCase() };
  if (text.startsWith("/") || text.startsWith("./") || text.startsWith("../"))
    return { kind: "serial", path: text };
  const address = tcpAddress(text);
  if (address !== undefined) return address;
  const hint = /^(tty|cu\.)/.test(text) ? ` (did you mean /dev/${text}?)` : "";
  throw new Trouble("usage", `"${text}" is no port${hint}`, ACCEPTED);
}

function tcpAddress(text: string): PortName | undefined {
  if (!text.startsWith("tcp://") || !URL.canParse(text)) return undefined;
  const { hostname, port, username, password, pathname, search, hash } = new URL(text);
  const surplus = username + password + pathname.replace(/^\/$/, "") + search + hash;
  if (hostname === "" || port === "" || surplus !== "") return undefined;
  return { kind: "tcp", host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

/** As a person would write it. */
export function portWords(name: PortName): string {
  if (name.kind === "serial") return name.path;
  const host = name.host.includes(":") ? `[${name.host}]` : name.host;
  return `tcp://${host}:${name.port}`;
}
