// Owns a Stream as the Duplex that Node's servers work on. Refuses to know which server.

import { Duplex } from "node:stream";
import type { Stream, StreamHandlers } from "../net/stream.ts";

/** Behaves as a socket: a reader or writer that is full holds back the other end. */
export function streamAsDuplex(stream: Stream): {
  readonly duplex: Duplex;
  readonly handlers: StreamHandlers;
} {
  let waitingWrite: (() => void) | null = null;

  const duplex = new Duplex({
    read: () => stream.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (stream.write(chunk)) done();
      else waitingWrite = done;
    },
    final(done) {
      stream.end();
      done();
    },
    destroy(error, done) {
      // As closing a socket does, for whatever reason: what was written is still sent, and a FIN follows.
      stream.end();
      done(error);
    },
  });

  const handlers: StreamHandlers = {
    onOpen: () => undefined,
    onData(bytes) {
      // Nobody reads a closed socket: bytes for it are answered with a reset.
      if (duplex.destroyed) stream.destroy();
      else if (!duplex.push(bytes)) stream.pause();
    },
    onDrain() {
      const done = waitingWrite;
      waitingWrite = null;
      done?.();
    },
    onEnd: () => void (duplex.destroyed || duplex.push(null)),
    onClose: (error) => void duplex.destroy(error === null ? undefined : new Error(error.message)),
  };
  return { duplex, handlers };
}
