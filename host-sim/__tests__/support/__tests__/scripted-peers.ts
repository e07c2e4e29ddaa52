// Owns two bare sockets on either side of a cutting proxy, and what each of them saw. Knows no MQTT client and no broker.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type CuttingProxy, startCuttingProxy } from "../cutting-proxy.ts";

const waitLimitMs = 5_000;

/** `told` is how a peer learnt of the end: by FIN, by a reset, or not at all. */
export type Told = "fin" | "reset" | "nothing";

export class Peer {
  readonly socket: Socket;
  told: Told = "nothing";
  #bytes: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
    socket.on("end", () => {
      this.told = "fin";
    });
    socket.on("error", () => {
      this.told = "reset";
    });
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  send(...packets: readonly Buffer[]): void {
    for (const packet of packets) this.socket.write(packet);
  }

  async received(size: number): Promise<void> {
    await until(() => this.#bytes.length >= size, `${size} bytes, not ${this.#bytes.length}`);
  }

  async toldOfEnd(): Promise<void> {
    await until(() => this.told !== "nothing", "the end of the connection");
  }
}

export interface ScriptedPeers {
  readonly proxy: CuttingProxy;
  readonly client: Peer;
  readonly broker: Peer;
  /** Another client through the same proxy, and the broker's end of it. */
  reconnect(): Promise<{ readonly client: Peer; readonly broker: Peer }>;
}

export async function connectScriptedPeers(t: TestContext): Promise<ScriptedPeers> {
  const arrivals: Socket[] = [];
  const server = createServer((socket) => arrivals.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await startCuttingProxy((server.address() as AddressInfo).port);
  const clients: Socket[] = [];
  t.after(async () => {
    for (const socket of [...clients, ...arrivals]) socket.destroy();
    await proxy.close();
    server.close();
  });
  const reconnect = async () => {
    const wanted = arrivals.length + 1;
    const client = connect(proxy.port, "127.0.0.1");
    clients.push(client);
    const peer = new Peer(client);
    await until(() => arrivals.length === wanted, "the broker's end of the connection");
    return { client: peer, broker: new Peer(arrivals[wanted - 1] as Socket) };
  };
  return { proxy, ...(await reconnect()), reconnect };
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + waitLimitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${waitLimitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
