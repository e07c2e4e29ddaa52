// Owns what a stream has received and not handed over yet, while its reader pauses. Refuses to know where it came from.

import { after, type Clock } from "../../../time/clock.ts";
import type { StreamError, StreamHandlers } from "../../stream.ts";

export type Received = Uint8Array | "end" | { readonly closedBy: StreamError | null };

/** Hands things over in order; at once, unless the reader pauses or earlier things wait. */
export class Inbox {
  readonly #clock: Clock;
  readonly #handlers: () => StreamHandlers;
  readonly #waiting: Received[] = [];
  #isPaused = false;
  #isDeliveryPending = false;

  constructor(clock: Clock, handlers: () => StreamHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
  }

  add(received: Received): void {
    this.#waiting.push(received);
    if (!this.#isDeliveryPending) this.#deliver();
  }

  drop(): void {
    this.#waiting.length = 0;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#waiting.length === 0 || this.#isDeliveryPending) return;
    this.#isDeliveryPending = true;
    after(this.#clock, 0, () => {
      this.#isDeliveryPending = false;
      this.#deliver();
    });
  }

  /** The end of everything is told also to one who reads no more, as soon as nothing waits before it. */
  #deliver(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const isClose = next !== "end" && "closedBy" in next;
      if (this.#isPaused && !isClose) return;
      this.#waiting.shift();
      this.#hand(next);
    }
  }

  #hand(received: Received): void {
    const handlers = this.#handlers();
    if (received === "end") handlers.onEnd();
    else if (received instanceof Uint8Array) handlers.onData(received);
    else handlers.onClose(received.closedBy);
  }
}
