// Owns the messages that wait on shore for the modem: a mailbox of limited size, and those that wait for a place in it. Refuses to
// know MQTT.

import type { Mailbox } from "./exchanges.ts";

interface Waiting {
  /** Null for what needs no place, and only waits for its turn. */
  readonly bytes: Uint8Array | null;
  readonly onTurn: () => void;
}

export class ShoreMailbox implements Mailbox {
  readonly #capacity: number;
  readonly #stored: Uint8Array[] = [];
  readonly #waiting: Waiting[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#stored.length;
  }

  /** `onStored` is called when it has its place, which may be now. */
  put(bytes: Uint8Array, onStored: () => void): void {
    this.#waiting.push({ bytes, onTurn: onStored });
    this.#fill();
  }

  /** `onPassed` is called when everything before it has its place, which may be now. */
  pass(onPassed: () => void): void {
    this.#waiting.push({ bytes: null, onTurn: onPassed });
    this.#fill();
  }

  take(): Uint8Array | null {
    const bytes = this.#stored.shift() ?? null;
    this.#fill();
    return bytes;
  }

  clear(): void {
    this.#stored.length = 0;
    this.#fill();
  }

  #fill(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || (next.bytes !== null && this.#stored.length >= this.#capacity)) return;
      this.#waiting.shift();
      if (next.bytes !== null) this.#stored.push(next.bytes);
      next.onTurn();
    }
  }
}
