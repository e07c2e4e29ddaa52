// Owns the view of all bytes that go over a dialer's streams. Refuses to know what they mean.

import type { Dialer, Stream, StreamError, StreamHandlers } from "./stream.ts";

/** What sees the bytes of one stream. */
export interface Tap {
  /** Before the stream is asked to take them. */
  out(bytes: Uint8Array): void;
  /** Before they are handed over. */
  in(bytes: Uint8Array): void;
}

/** `tap` is asked for one at each dialling. */
export function tappedDialer(inner: Dialer, tap: () => Tap): Dialer {
  return {
    dial(handlers) {
      const bytes = tap();
      return new TappedStream(inner.dial(new TappedHandlers(handlers, bytes)), bytes);
    },
  };
}

class TappedHandlers implements StreamHandlers {
  readonly #inner: StreamHandlers;
  readonly #tap: Tap;

  constructor(inner: StreamHandlers, tap: Tap) {
    this.#inner = inner;
    this.#tap = tap;
  }

  onOpen(): void {
    this.#inner.onOpen();
  }

  onData(bytes: Uint8Array): void {
    this.#tap.in(bytes);
    this.#inner.onData(bytes);
  }

  onDrain(): void {
    this.#inner.onDrain();
  }

  onEnd(): void {
    this.#inner.onEnd();
  }

  onClose(error: StreamError | null): void {
    this.#inner.onClose(error);
  }
}

class TappedStream implements Stream {
  readonly #inner: Stream;
  readonly #tap: Tap;

  constructor(inner: Stream, tap: Tap) {
    this.#inner = inner;
    this.#tap = tap;
  }

  write(bytes: Uint8Array): boolean {
    this.#tap.out(bytes);
    return this.#inner.write(bytes);
  }

  end(): void {
    this.#inner.end();
  }

  destroy(): void {
    this.#inner.destroy();
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }
}
