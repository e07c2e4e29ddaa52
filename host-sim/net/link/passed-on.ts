// Owns what a stream tells, passed on to whoever is there to be told. Refuses to know who that is.

import type { StreamError, StreamHandlers } from "../stream.ts";

export class PassedOn implements StreamHandlers {
  /** Null while nobody is there. */
  to: StreamHandlers | null;
  readonly #onGone: () => void;

  /** `onGone` is called when the stream has closed, before anybody is told. */
  constructor(to: StreamHandlers | null, onGone: () => void) {
    this.to = to;
    this.#onGone = onGone;
  }

  onOpen(): void {
    this.to?.onOpen();
  }

  onData(bytes: Uint8Array): void {
    this.to?.onData(bytes);
  }

  onDrain(): void {
    this.to?.onDrain();
  }

  onEnd(): void {
    this.to?.onEnd();
  }

  onClose(error: StreamError | null): void {
    this.#onGone();
    this.to?.onClose(error);
  }
}
