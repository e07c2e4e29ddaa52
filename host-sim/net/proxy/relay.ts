// Owns one client whose bytes go on over a dialer's stream, both ways. Refuses to know sockets, and what the stream goes over.

import type { Dialer, Stream, StreamError, StreamHandlers } from "../stream.ts";

/** What ended a relay: both sides said so, one of them broke, or the relay itself was told to stop. */
export type RelayEnd =
  | { readonly by: "both" }
  | { readonly by: "client"; readonly error: StreamError }
  | { readonly by: "upstream"; readonly error: StreamError }
  | { readonly by: "relay" };

export interface RelayWatcher {
  /** The stream is open: what the client has said until now waited for it. */
  onThrough(): void;
  /** Last, exactly once: both sides have closed. */
  onOver(end: RelayEnd): void;
}

/**
 * Nothing is added, left out or changed in its order; where one side breaks, the other is reset behind what it was given. Bytes
 * wait on either side no longer than the other is full: each pauses the reader that feeds it.
 */
export class Relay {
  /** To be given to whatever accepted the client; none may be called before `start` has returned. */
  readonly clientHandlers: StreamHandlers;
  readonly #watcher: RelayWatcher;
  #client!: Stream;
  #upstream!: Stream;
  #bytesUp = 0;
  #bytesDown = 0;
  #end: RelayEnd | null = null;
  #sidesOpen = 2;

  constructor(watcher: RelayWatcher) {
    this.#watcher = watcher;
    this.clientHandlers = {
      onOpen: () => undefined,
      onData: (bytes) => this.#fromClient(bytes),
      onDrain: () => this.#upstream.resume(),
      onEnd: () => this.#upstream.end(),
      onClose: (error) => this.#sideClosed(this.#upstream, error === null ? null : { by: "client", error }),
    };
  }

  /** From the client. */
  get bytesUp(): number {
    return this.#bytesUp;
  }

  /** Given to the client. */
  get bytesDown(): number {
    return this.#bytesDown;
  }

  start(client: Stream, dialer: Dialer): void {
    this.#client = client;
    this.#upstream = dialer.dial({
      onOpen: () => this.#watcher.onThrough(),
      onData: (bytes) => this.#fromUpstream(bytes),
      onDrain: () => this.#client.resume(),
      onEnd: () => this.#client.end(),
      onClose: (error) => this.#sideClosed(this.#client, error === null ? null : { by: "upstream", error }),
    });
  }

  /** Resets both sides. */
  stop(): void {
    this.#end ??= { by: "relay" };
    this.#client.destroy();
    this.#upstream.destroy();
  }

  #fromClient(bytes: Uint8Array): void {
    this.#bytesUp += bytes.length;
    if (!this.#upstream.write(bytes)) this.#client.pause();
  }

  #fromUpstream(bytes: Uint8Array): void {
    this.#bytesDown += bytes.length;
    if (!this.#client.write(bytes)) this.#upstream.pause();
  }

  #sideClosed(other: Stream, broken: RelayEnd | null): void {
    if (broken !== null) {
      this.#end ??= broken;
      other.destroy();
    }
    this.#sidesOpen -= 1;
    if (this.#sidesOpen === 0) this.#watcher.onOver(this.#end ?? { by: "both" });
  }
}
