// Owns what is left of a device in deep sleep: its bytes, and the slow oscillator that counts until it wakes. Refuses to know
// what the bytes are and what waking means.

import type { Clock, Timer } from "../time/clock.ts";
import { createDriftingClock } from "./drifting-clock.ts";

/** The core takes a time slept in 32 bits. */
const LONGEST_MS = 2 ** 32 - 1;

export class Sleep {
  /** The device's run of bytes, as memory that keeps its power holds it. */
  readonly image: Uint8Array;
  readonly #slow: Clock;
  readonly #timer: Timer;

  /** `durationMs` by the slow oscillator; `wake` is not called once `end` was. */
  constructor(image: Uint8Array, durationMs: number, sleepDriftPpm: number, clock: Clock, wake: () => void) {
    this.image = image;
    this.#slow = createDriftingClock(clock, { driftPpm: sleepDriftPpm, startMs: 0 });
    this.#timer = this.#slow.at(durationMs, wake);
  }

  /** How long it was, as the device believes: whole milliseconds. */
  get sleptMs(): number {
    return Math.min(Math.floor(this.#slow.nowMs), LONGEST_MS);
  }

  end(): void {
    this.#timer.cancel();
  }
}
