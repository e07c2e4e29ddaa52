// Owns a real Mosquitto process on loopback: its configuration, start, stop and restart. Knows no client and no proxy.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DAEMON_FOLDERS, findProgram } from "../../programs/find-program.ts";
import type { KeyPair } from "./certificates.ts";
import { PATIENCE_MS } from "./patience.ts";

const loopback = "127.0.0.1";
const stopTimeoutMs = 5_000;
const startAttempts = 3;

export type ListenerName = "mqtt" | "mqtts" | "mqttsWithClientCertificate" | "ws" | "wss";

export interface MosquittoOptions {
  /** Opens `mqtts` and `mqttsWithClientCertificate`, and `wss` where `webSockets` is asked for. */
  readonly tls?: { readonly caFile: string; readonly server: KeyPair };
  readonly webSockets?: boolean;
  /** Further lines of mosquitto.conf, which go before the listeners. */
  readonly settings?: readonly string[];
  /** Further lines for every listener. */
  readonly perListener?: readonly string[];
}

type Ports = Readonly<Partial<Record<ListenerName, number>>>;

/** Messages wait without limit, and nothing is held back for company: what is lost, a client has lost. */
const generalSettings = [
  // Mosquitto started by root would change to a user who may not read the temporary directory.
  "user root",
  "allow_anonymous true",
  "max_queued_messages 0",
  "max_inflight_messages 0",
  "set_tcp_nodelay true",
  "persistence true",
  "autosave_interval 0",
  "log_dest stderr",
];

export function findMosquitto(): string | undefined {
  return findProgram(["mosquitto"], process.env, DAEMON_FOLDERS);
}

/** As it names itself, such as `2.0.11`. */
export async function mosquittoVersion(path: string): Promise<string> {
  const child = spawn(path, ["-h"], { stdio: ["ignore", "pipe", "ignore"] });
  const help = await text(child.stdout);
  return /version (\S+)/.exec(help)?.[1] ?? "of unknown version";
}

/** Starts one for the test that needs it and stops it afterwards, or skips the test and says how to get it. */
export async function mosquittoOrSkip(
  t: TestContext,
  options: MosquittoOptions = {},
): Promise<Mosquitto | undefined> {
  const path = findMosquitto();
  if (path === undefined) {
    t.skip("mosquitto is not installed (Debian: apt install mosquitto; macOS: brew install mosquitto)");
    return undefined;
  }
  const broker = await startMosquitto(path, options);
  t.after(() => broker.remove());
  return broker;
}

export async function startMosquitto(path: string, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const dir = await mkdtemp(join(tmpdir(), "motekit-mosquitto-"));
  for (let attempt = 1; ; attempt++) {
    const broker = new Mosquitto(path, dir, await choosePorts(options));
    try {
      await writeFile(join(dir, "mosquitto.conf"), configuration(dir, options, broker.ports));
      await broker.start();
      return broker;
    } catch (error) {
      // Between choosing a port and listening on it somebody else may have taken it.
      if (attempt < startAttempts && String(error).includes("Address already in use")) continue;
      await broker.remove();
      throw error;
    }
  }
}

export class Mosquitto {
  readonly ports: Ports;
  readonly #path: string;
  readonly #dir: string;
  #process: ChildProcess | undefined;
  #said = "";

  constructor(path: string, dir: string, ports: Ports) {
    this.#path = path;
    this.#dir = dir;
    this.ports = ports;
  }

  /** What it has logged since its last start. */
  get said(): string {
    return this.#said;
  }

  port(listener: ListenerName = "mqtt"): number {
    const port = this.ports[listener];
    if (port === undefined) throw new Error(`this Mosquitto was started without a listener for ${listener}`);
    return port;
  }

  async start(): Promise<void> {
    this.#said = "";
    const child = spawn(this.#path, ["-c", join(this.#dir, "mosquitto.conf")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (words: string) => {
      this.#said += words;
    });
    const ended = once(child, "exit").then(() => {
      throw new Error(`mosquitto ended at its start:\n${this.#said}`);
    });
    await Promise.race([ended, this.#accepting()]);
    // From here on its end is what `stop` asked for.
    ended.catch(() => {});
  }

  /** Ends it as a service manager would; sessions and retained messages are saved. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    const impatience = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    child.kill("SIGTERM");
    await exit;
    clearTimeout(impatience);
  }

  /** Comes back on the same ports; with `forget`, without any session or retained message. */
  async restart({ forget }: { readonly forget: boolean }): Promise<void> {
    await this.stop();
    if (forget) await rm(join(this.#dir, "mosquitto.db"), { force: true });
    await this.start();
  }

  /** Stops it and deletes all it has written. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #accepting(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (const port of Object.values(this.ports)) {
      while (!(await accepts(port))) {
        if (performance.now() > deadline)
          throw new Error(`mosquitto does not accept on ${port}:\n${this.#said}`);
        await sleep(10);
      }
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, loopback);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function choosePorts({ tls, webSockets }: MosquittoOptions): Promise<Ports> {
  const names: ListenerName[] = ["mqtt"];
  if (tls) names.push("mqtts", "mqttsWithClientCertificate");
  if (webSockets) names.push("ws");
  if (webSockets && tls) names.push("wss");
  const servers = names.map(() => createServer().listen(0, loopback));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return Object.fromEntries(names.map((name, i) => [name, ports[i]]));
}

function configuration(dir: string, options: MosquittoOptions, ports: Ports): string {
  const lines = [...generalSettings, `persistence_location ${dir}/`, ...(options.settings ?? [])];
  for (const [name, port] of Object.entries(ports)) {
    lines.push(`listener ${port} ${loopback}`, ...listenerSettings(name as ListenerName, options));
    lines.push(...(options.perListener ?? []));
  }
  return `${lines.join("\n")}\n`;
}

function listenerSettings(name: ListenerName, { tls }: MosquittoOptions): readonly string[] {
  const protocol = [`protocol ${name.startsWith("ws") ? "websockets" : "mqtt"}`];
  if (tls === undefined || name === "mqtt" || name === "ws") return protocol;
  const { certFile, keyFile } = tls.server;
  const secured = [...protocol, `cafile ${tls.caFile}`, `certfile ${certFile}`, `keyfile ${keyFile}`];
  return name === "mqttsWithClientCertificate" ? [...secured, "require_certificate true"] : secured;
}
