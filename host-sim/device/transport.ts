// Owns what a port keeps of one stream: what came of it and was not yet taken, and how it stands. Refuses to know the client.

import type { Stream, StreamError, StreamHandlers } from "../net/stream.ts";
import { ClosedBy } from "./layout.generated.ts";

/** Who is told that the transport has changed. It may have another transport by now. */
export interface TransportOwner {
  transportOpened(transport: Transport): void;
  transportMoved(transport: Transport): void;
}

export interface TransportEnd {
  readonly by: ClosedBy;
  readonly error: StreamError | null;
}

export class Transport {
  stream!: Stream;
  /** Received, and not yet taken by the client. */
  readonly inbox: Uint8Array[] = [];
  isWritable = false;
  isPaused = false;
  /** The client is done with it; what still comes is read and thrown away. */
  isDraining = false;
  /** The peer's end of stream, or the stream's own end, not yet told to the client. */
  ended: TransportEnd | null = null;
  readonly #owner: TransportOwner;

  constructor(owner: TransportOwner) {
    this.#owner = owner;
  }

  /** An object of functions, for a dialer may hand on a copy of it with some replaced. */
  get handlers(): StreamHandlers {
    return {
      onOpen: () => this.onOpen(),
      onData: (bytes) => this.onData(bytes),
      onDrain: () => this.onDrain(),
      onEnd: () => this.onEnd(),
      onClose: (error) => this.onClose(error),
    };
  }

  onOpen(): void {
    this.isWritable = true;
    this.#owner.transportOpened(this);
  }

  onData(bytes: Uint8Array): void {
    if (!this.isDraining) this.inbox.push(bytes);
    this.#owner.transportMoved(this);
  }

  onDrain(): void {
    this.isWritable = true;
    this.#owner.transportMoved(this);
  }

  onEnd(): void {
    this.endedBy(ClosedBy.Server, null);
    this.#owner.transportMoved(this);
  }

  onClose(error: StreamError | null): void {
    this.endedBy(error === null ? ClosedBy.Server : ClosedBy.Link, error);
    this.#owner.transportMoved(this);
  }

  /** The first reason is the one that counts. */
  endedBy(by: ClosedBy, error: StreamError | null): void {
    this.ended ??= { by, error };
  }

  /** Reads on for the peer's end, so that a close with unread input destroys nothing of what was sent. */
  drain(): void {
    this.isDraining = true;
    this.inbox.length = 0;
    if (this.isPaused) this.stream.resume();
    this.isPaused = false;
    this.stream.end();
  }
}
