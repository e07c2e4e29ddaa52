// Owns how long a client may be silent. Refuses to know what its packets say.

import type { Clock, Timer } from "../../time/clock.ts";

/** The timer is not moved at each packet: when it fires, it looks when the last one came. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #limitMs = 0;
  #heardMs = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** From now on; 0: it may be silent for ever. */
  begin(limitMs: number): void {
    this.end();
    this.#limitMs = limitMs;
    this.heard();
    if (limitMs > 0) this.#wait();
  }

  heard(): void {
    this.#heardMs = this.#clock.nowMs;
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(): void {
    this.#timer = this.#clock.at(this.#heardMs + this.#limitMs, this.#look);
  }

  readonly #look = (): void => {
    // The very sum that the deadline is: a difference could round to less, and then wait for no time at all, for ever.
    if (this.#clock.nowMs >= this.#heardMs + this.#limitMs) this.#onSilence();
    else this.#wait();
  };
}
