// Owns the order in which a resumed session sends again what it owes. Refuses to know why it owes it.

import type { InFlight } from "./in-flight.ts";

export class ResendOrder {
  readonly #owed: readonly number[];
  #done = 0;

  constructor(owed: readonly number[]) {
    this.#owed = owed;
  }

  get isOver(): boolean {
    return this.#done === this.#owed.length;
  }

  /** In words, what is wrong with sending this one now; null if nothing is. */
  faultInAgain(packetId: number, inFlight: InFlight): string | null {
    const at = this.#owed.indexOf(packetId);
    // it answers a PUBREC of this connection, or repeats such an answer
    if (at < this.#done) return null;
    const next = this.#next(inFlight);
    this.#done = at + 1;
    return next === packetId ? null : `is sent again before ${next}`;
  }

  /** The same for a message that was never sent before. */
  faultInNew(inFlight: InFlight): string | null {
    const next = this.#next(inFlight);
    return next === null ? null : `is sent before ${next}, which the session owes`;
  }

  /** What was acknowledged meanwhile is owed no more. */
  #next(inFlight: InFlight): number | null {
    while (!this.isOver) {
      const packetId = this.#owed[this.#done] as number;
      if (inFlight.message(packetId) !== undefined) return packetId;
      this.#done += 1;
    }
    return null;
  }
}
