// Owns a port at which clients arrive, each to be relayed over a dialer. Refuses to know what lies behind the dialer.

import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../time/clock.ts";
import { socketStream } from "../socket-stream.ts";
import type { Dialer } from "../stream.ts";
import { Relay, type RelayEnd } from "./relay.ts";

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** `connection` counts the clients from 1. */
export type ClientEvent =
  | { readonly kind: "opened"; readonly connection: number; readonly from: SocketAddress }
  | { readonly kind: "through"; readonly connection: number; readonly afterMs: number }
  | {
      readonly kind: "closed";
      readonly connection: number;
      readonly wasThrough: boolean;
      readonly lastedMs: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
      readonly end: RelayEnd;
    };

export interface Listener {
  /** With the port that was picked, where 0 was asked for. */
  readonly address: SocketAddress;
  /** Accepts nobody any more and resets who is there; resolves when all have gone. */
  close(): Promise<void>;
}

/** Rejects with Node's error when nobody can listen there. */
export async function listen(
  { host, port }: SocketAddress,
  dialer: Dialer,
  clock: Clock,
  tell: (event: ClientEvent) => void,
): Promise<Listener> {
  const relays = new Set<Relay>();
  let opened = 0;
  let onEmpty: () => void = () => undefined;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    opened += 1;
    const relay = relayClient(socket, opened, dialer, clock, (event) => {
      tell(event);
      if (event.kind === "closed" && relays.delete(relay) && relays.size === 0) onEmpty();
    });
    relays.add(relay);
  });
  await listening(server, host, port);
  return {
    address: { host, port: portOf(server) },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      const isEmpty = relays.size === 0;
      for (const relay of relays) relay.stop();
      await closed;
      if (!isEmpty) await empty;
    },
  };
}

function relayClient(
  socket: Socket,
  connection: number,
  dialer: Dialer,
  clock: Clock,
  tell: (event: ClientEvent) => void,
): Relay {
  const openedMs = clock.nowMs;
  const from = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
  let wasThrough = false;
  const relay = new Relay({
    onThrough() {
      wasThrough = true;
      tell({ kind: "through", connection, afterMs: clock.nowMs - openedMs });
    },
    onOver(end) {
      const { bytesUp, bytesDown } = relay;
      const lastedMs = clock.nowMs - openedMs;
      tell({ kind: "closed", connection, wasThrough, lastedMs, bytesUp, bytesDown, end });
    },
  });
  tell({ kind: "opened", connection, from });
  const layers = { socket, raw: socket, openEvent: "connect", where: "the client" } as const;
  relay.start(socketStream(layers, relay.clientHandlers), dialer);
  return relay;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server listens at no port");
  return address.port;
}
