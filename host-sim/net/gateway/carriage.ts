// Owns messages on their way from the network to the shore, in order. Refuses to know what they say.

import type { RandomStream } from "../../random/random.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { Span } from "./figures.ts";
import { drawMs } from "./sky.ts";

export class Carriage {
  readonly #clock: Clock;
  readonly #delayMs: Span;
  readonly #random: RandomStream;
  readonly #onArrival: (bytes: Uint8Array) => void;
  readonly #onTheWay: { readonly bytes: Uint8Array; readonly dueMs: number }[] = [];
  #timer: Timer | null = null;
  #lastDueMs = Number.NEGATIVE_INFINITY;
  #isSettled = false;

  constructor(clock: Clock, delayMs: Span, random: RandomStream, onArrival: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#random = random;
    this.#onArrival = onArrival;
  }

  /** None arrives before one that was taken earlier. */
  carry(bytes: Uint8Array): void {
    const dueMs = this.#clock.nowMs + drawMs(this.#delayMs, this.#random);
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
    this.#onTheWay.push({ bytes, dueMs: this.#lastDueMs });
    this.#arm();
  }

  /** From now on nothing takes any time. */
  settle(): void {
    this.#isSettled = true;
    this.close();
    this.#arm();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    const first = this.#onTheWay[0];
    if (first === undefined || this.#timer !== null) return;
    this.#timer = this.#clock.at(this.#isSettled ? this.#clock.nowMs : first.dueMs, () => this.#arrive());
  }

  #arrive(): void {
    this.#timer = null;
    const first = this.#onTheWay.shift();
    this.#arm();
    if (first !== undefined) this.#onArrival(first.bytes);
  }
}
