// Owns a way from a board to a broker on loopback that a test may cut, silence or crumble. Knows no MQTT.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Relay {
  /** Downwards in single bytes, each a packet of its own. */
  crumbles = false;
  connections = 0;
  #movedAtMs = 0;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(port: number) {
    this.#server = createServer({ noDelay: true }, (board) => this.#accept(board, port));
  }

  static async to(port: number): Promise<Relay> {
    const relay = new Relay(port);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** So long nothing has come from either end. */
  get quietMs(): number {
    return performance.now() - this.#movedAtMs;
  }

  /** Both ends see their connection break. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Nothing passes any more over the present connections, and the board is told nothing. */
  silence(): void {
    for (const [board, broker] of this.#pairs) {
      board.removeAllListeners("data");
      board.on("data", () => {});
      broker.removeAllListeners("close");
      broker.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(board: Socket, port: number): void {
    this.connections++;
    this.#movedAtMs = performance.now();
    const broker = connect({ host: "127.0.0.1", port, noDelay: true });
    const pair = [board, broker] as const;
    this.#pairs.add(pair);
    board.on("data", (bytes) => broker.write(bytes));
    broker.on("data", (bytes) => this.#passDown(board, bytes));
    for (const socket of pair) {
      socket.on("data", () => {
        this.#movedAtMs = performance.now();
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }

  #passDown(board: Socket, bytes: Buffer): void {
    if (!this.crumbles) board.write(bytes);
    else for (const byte of bytes) board.write(Buffer.of(byte));
  }
}
