// Owns the messages that wait on shore for the modem: a mailbox of limited size, and those that wait for a place in it. Refuses to
// know MQTT.

import type { Mailbox } from "./exchanges.ts";

interface Waiting {
  readonly bytes: Uint8Array;
  readonly onStored: () => void;
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
    this.#waiting.push({ bytes, onStored });
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
    while (this.#stored.length < this.#capacity) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#stored.push(next.bytes);
      next.onStored();
    }
  }
}
