// Owns two connected streams within one process. Refuses to know the network: nothing is late, lost or cut.

import { after, type Clock } from "../time/clock.ts";
import {
  type Dialer,
  endedTwice,
  RESET,
  type Stream,
  type StreamError,
  type StreamHandlers,
} from "./stream.ts";

/** A listener's side: given the stream to a client, answers with what to call, or refuses with null. */
export type Accept = (stream: Stream) => StreamHandlers | null;

/** What a reader that pauses may leave unread before its peer is asked to wait: as much as a socket of Node's. */
const HIGH_WATER_BYTES = 16 * 1024;

/** Delivery is always asynchronous, in the clock's next turn. */
export function memoryDialer(clock: Clock, accept: Accept): Dialer {
  return {
    dial(handlers) {
      const client = new MemoryEnd(clock);
      const server = new MemoryEnd(clock);
      const serverHandlers = accept(server);
      if (serverHandlers === null) {
        client.refuse(handlers);
      } else {
        client.connect(server, handlers);
        server.connect(client, serverHandlers);
      }
      return client;
    },
  };
}

class MemoryEnd implements Stream {
  readonly #clock: Clock;
  #peer!: MemoryEnd;
  #handlers!: StreamHandlers;
  /** Sent by the peer, not yet handed over; null stands for its FIN. */
  readonly #incoming: (Uint8Array | null)[] = [];
  #incomingBytes = 0;
  #isDeliveryPending = false;
  #isPaused = false;
  #peerWaits = false;
  #hasEnded = false;
  #hasSeenEnd = false;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connect(peer: MemoryEnd, handlers: StreamHandlers): void {
    this.#peer = peer;
    this.#handlers = handlers;
    this.#later(() => handlers.onOpen());
  }

  refuse(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    this.#close({ kind: "refused", message: "the connection was refused: nothing listens there" });
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isClosed) return false;
    if (this.#hasEnded) throw endedTwice();
    // Not slice(): a Buffer's shares the memory.
    return this.#peer.#receive(new Uint8Array(bytes));
  }

  end(): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#peer.#receive(null);
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#close(null);
    this.#peer.#close(RESET);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  #receive(chunk: Uint8Array | null): boolean {
    if (chunk?.length === 0) return !this.#peerWaits;
    this.#incoming.push(chunk);
    this.#incomingBytes += chunk?.length ?? 0;
    this.#schedule();
    this.#peerWaits = this.#incomingBytes >= HIGH_WATER_BYTES;
    return !this.#peerWaits;
  }

  #schedule(): void {
    if (this.#isDeliveryPending || this.#incoming.length === 0) return;
    this.#isDeliveryPending = true;
    this.#later(() => {
      this.#isDeliveryPending = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isClosed) {
      const chunk = this.#incoming.shift();
      if (chunk === undefined) break;
      if (chunk === null) this.#seeEnd();
      else this.#hand(chunk);
    }
    if (this.#peerWaits && this.#incomingBytes === 0 && !this.#isClosed) {
      this.#peerWaits = false;
      this.#peer.#later(() => this.#peer.#handlers.onDrain());
    }
  }

  #hand(chunk: Uint8Array): void {
    this.#incomingBytes -= chunk.length;
    this.#handlers.onData(chunk);
  }

  #seeEnd(): void {
    this.#hasSeenEnd = true;
    this.#handlers.onEnd();
    this.#closeIfDone();
    this.#peer.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#hasSeenEnd && this.#peer.#hasSeenEnd) this.#close(null);
  }

  #close(error: StreamError | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#incoming.length = 0;
    after(this.#clock, 0, () => this.#handlers.onClose(error));
  }

  /** What was on its way when the stream closed does not arrive. */
  #later(run: () => void): void {
    after(this.#clock, 0, () => {
      if (!this.#isClosed) run();
    });
  }
}
