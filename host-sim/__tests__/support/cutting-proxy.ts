// Owns a TCP proxy on loopback that delays, pauses and cuts connections, at a chosen packet too. Knows no client, no broker.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Cut, type CutManner, type CutRule } from "./cut.ts";
import { type Direction, describeRecords, type PacketFacts, type PacketRecord } from "./packet-log.ts";
import { PATIENCE_MS } from "./patience.ts";
import { type Link, ProxiedConnection } from "./proxied-connection.ts";

const loopback = "127.0.0.1";

export interface RepeatedCuts {
  /** How many times a live connection was cut. */
  readonly hits: number;
  stop(): void;
}

interface Waiter {
  readonly wants: (record: PacketRecord) => boolean;
  readonly found: (record: PacketRecord) => void;
  readonly giveUp: (why: string) => void;
}

export async function startCuttingProxy(brokerPort: number): Promise<CuttingProxy> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, loopback);
  await once(server, "listening");
  return new CuttingProxy(server, brokerPort);
}

export class CuttingProxy {
  readonly port: number;
  /** What passed or was withheld, over all connections. */
  readonly log: readonly PacketRecord[];
  readonly #server: Server;
  readonly #brokerPort: number;
  readonly #connections: ProxiedConnection[] = [];
  readonly #records: PacketRecord[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #repeated: RepeatedCuts[] = [];
  readonly #startedAt = performance.now();
  readonly #link: Link;
  #armed: Cut[] = [];
  #oneWayDelayMs = 0;
  #paused = false;
  #down = false;

  constructor(server: Server, brokerPort: number) {
    this.#server = server;
    this.#brokerPort = brokerPort;
    this.port = (server.address() as AddressInfo).port;
    this.log = this.#records;
    this.#link = this.#makeLink();
    server.on("connection", (client) => this.#accept(client));
  }

  /** Connections that ever went through; a refused one does not count. */
  get connectionCount(): number {
    return this.#connections.length;
  }

  nowMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Delays every packet and every end of a connection, each way; opening a connection is not delayed. */
  latency(oneWayMs: number): void {
    this.#oneWayDelayMs = oneWayMs;
  }

  /** Arms one cut. It hits once; several may be armed, and each counts for itself. */
  cutAt(rule: CutRule): Cut {
    const cut = new Cut(rule, this.#records);
    this.#armed.push(cut);
    return cut;
  }

  /** Cuts every live connection; returns how many there were. */
  cutNow(how: CutManner = "reset"): number {
    const live = this.#connections.filter((connection) => connection.isOpen);
    for (const connection of live) void connection.cutNow(how);
    return live.length;
  }

  /** Cuts by the clock, whatever is under way. */
  cutEvery(periodMs: number, how: CutManner = "reset"): RepeatedCuts {
    let hits = 0;
    const timer = setInterval(() => {
      hits += this.cutNow(how);
    }, periodMs);
    const repeated: RepeatedCuts = {
      get hits() {
        return hits;
      },
      stop: () => clearInterval(timer),
    };
    this.#repeated.push(repeated);
    return repeated;
  }

  /** Nothing passes and nothing is lost until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const connection of this.#connections) connection.pump();
  }

  /** Resets every connection, new ones too, until `up`. */
  down(): void {
    this.#down = true;
    this.cutNow("reset");
  }

  up(): void {
    this.#down = false;
  }

  /** The first logged packet that is wanted, past or to come. */
  waitFor(wants: (record: PacketRecord) => boolean, timeoutMs = PATIENCE_MS): Promise<PacketRecord> {
    const past = this.#records.find(wants);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        wants,
        found: (record) => {
          this.#forget(waiter, timer);
          resolve(record);
        },
        giveUp: (why) => {
          this.#forget(waiter, timer);
          reject(new Error(`${why}; the log:\n${describeRecords(this.#records)}`));
        },
      };
      const timer = setTimeout(() => waiter.giveUp(`no such packet in ${timeoutMs} ms`), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Destroys what is open; afterwards nothing of the proxy keeps the process alive. */
  async close(): Promise<void> {
    for (const repeated of this.#repeated) repeated.stop();
    for (const waiter of [...this.#waiters]) waiter.giveUp("the proxy was closed");
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(this.#connections.map((connection) => connection.closed));
  }

  #forget(waiter: Waiter, timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#waiters.delete(waiter);
  }

  #makeLink(): Link {
    const delayMs = () => this.#oneWayDelayMs;
    const paused = () => this.#paused;
    return {
      get oneWayDelayMs() {
        return delayMs();
      },
      get paused() {
        return paused();
      },
      nowMs: () => this.nowMs(),
      cutFor: (direction, facts) => this.#cutFor(direction, facts),
      log: (record) => {
        this.#records.push(record);
        for (const waiter of [...this.#waiters]) if (waiter.wants(record)) waiter.found(record);
      },
    };
  }

  #accept(client: Socket): void {
    if (this.#down) {
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const broker = connect({ host: loopback, port: this.#brokerPort, allowHalfOpen: true });
    this.#connections.push(new ProxiedConnection(this.#connections.length, client, broker, this.#link));
  }

  /** Every armed cut counts the packet, also when another one takes it. */
  #cutFor(direction: Direction, facts: PacketFacts): Cut | undefined {
    const taken = this.#armed.filter((cut) => cut.takes(direction, facts));
    this.#armed = this.#armed.filter((cut) => !taken.includes(cut));
    return taken[0];
  }
}
