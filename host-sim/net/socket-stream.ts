// Owns a Node socket as a Stream. Refuses to know how it was connected, and whether it is encrypted.

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { explain } from "./socket-error.ts";
import { endedTwice, type Stream, type StreamHandlers } from "./stream.ts";

interface SocketLayers {
  /** What is read and written. */
  readonly socket: Socket | TLSSocket;
  /** What the kernel holds: the same socket, or the one beneath TLS. Only it can be reset. */
  readonly raw: Socket;
  readonly openEvent: "connect" | "secureConnect";
  /** For messages, such as `mqtt://host:1883`. */
  readonly where: string;
}

export function socketStream(layers: SocketLayers, handlers: StreamHandlers): Stream {
  const { socket, raw, openEvent, where } = layers;
  let failure: Error | null = null;
  let isDestroyed = false;
  const isOver = (): boolean => isDestroyed || failure !== null;

  socket.once(openEvent, () => isOver() || handlers.onOpen());
  socket.on("data", (bytes: Buffer) => isOver() || handlers.onData(bytes));
  socket.on("drain", () => isOver() || handlers.onDrain());
  socket.once("end", () => isOver() || handlers.onEnd());
  socket.on("error", (error) => {
    failure ??= error;
    // A TLS alert after the handshake is reported, but closes nothing.
    socket.destroy();
  });
  socket.once("close", () =>
    handlers.onClose(isDestroyed || failure === null ? null : explain(failure, where)),
  );
  // Beneath TLS a failed connect closes the raw socket alone.
  if (raw !== socket) raw.on("error", (error) => socket.destroy(error));

  return {
    write(bytes) {
      if (isDestroyed || socket.destroyed) return false;
      if (socket.writableEnded) throw endedTwice();
      return socket.write(Buffer.from(bytes));
    },
    end: () => void (isDestroyed || socket.end()),
    destroy() {
      if (isDestroyed) return;
      isDestroyed = true;
      reset(raw);
    },
    pause: () => void (isDestroyed || socket.pause()),
    resume: () => void (isDestroyed || socket.resume()),
  };
}

/**
 * A socket that is still connecting would put its reset off until it is connected: perhaps for ever. What lies
 * above (TLS, WebSocket) closes by itself when `raw` does, and must be left to: Node 20 crashes when a TLSSocket
 * is destroyed in the same turn in which the socket beneath it was reset.
 */
export function reset(raw: Socket): void {
  if (raw.connecting) raw.destroy();
  else raw.resetAndDestroy();
}
