// Owns how fast one connection is listened to: as its answers are read, and as the manners say. Refuses to know what it says.

import type { Stream } from "../../net/stream.ts";
import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Limits } from "./limits.ts";
import type { Manners } from "./manners.ts";

export interface IntakeSurroundings {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Those of the moment. */
  readonly manners: () => Manners;
}

export class Intake {
  readonly #stream: Stream;
  readonly #around: IntakeSurroundings;
  #throttle: Timer | null = null;
  #isHeldBack = false;

  constructor(stream: Stream, around: IntakeSurroundings) {
    this.#stream = stream;
    this.#around = around;
  }

  /** So many bytes were read, and so many of the answers wait. */
  took(bytes: number, backlogBytes: number): void {
    this.#holdBack(backlogBytes);
    this.#slowDown(bytes);
  }

  /** All answers have left. */
  drained(): void {
    if (this.#isHeldBack) this.#stream.resume();
    this.#isHeldBack = false;
  }

  /** From now on it is for others to pause the stream and resume it. */
  end(): void {
    this.#throttle?.cancel();
    this.#isHeldBack = false;
  }

  /** Who asks and never reads the answers is not listened to any more, until it does. */
  #holdBack(backlogBytes: number): void {
    if (backlogBytes <= this.#around.limits.backlogBytes) return;
    this.#isHeldBack = true;
    this.#stream.pause();
  }

  #slowDown(bytes: number): void {
    const { readBytesPerSecond } = this.#around.manners();
    if (readBytesPerSecond === null) return;
    this.#stream.pause();
    this.#throttle = after(this.#around.clock, (bytes / readBytesPerSecond) * 1000, () =>
      this.#stream.resume(),
    );
  }
}
