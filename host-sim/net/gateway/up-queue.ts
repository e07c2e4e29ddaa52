// Owns the messages that a modem holds for the network, in order. Refuses to know MQTT's acknowledgements and the sky.

import type { Clock } from "../../time/clock.ts";
import type { UpMessage } from "./message.ts";

export interface UpEntry {
  readonly message: UpMessage;
  readonly queuedMs: number;
  /** Called once, when the network has it for good. */
  readonly onTaken: (() => void) | null;
}

/**
 * It has `capacity` places, and what may be lost (QoS 0) is only taken while one is free. What must not be lost is not
 * acknowledged before it has left, so it waits in line without being the modem's.
 */
export class UpQueue {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #expiryMs: number | null;
  readonly #entries: UpEntry[] = [];
  dropped = 0;
  expired = 0;

  constructor(clock: Clock, capacity: number, expiryMs: number | null) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#expiryMs = expiryMs;
  }

  get length(): number {
    return this.#entries.length;
  }

  get isFull(): boolean {
    return this.#entries.length >= this.#capacity;
  }

  add(message: UpMessage, onTaken: (() => void) | null): void {
    if (mayBeLost(message) && this.isFull) this.dropped += 1;
    else this.#entries.push({ message, queuedMs: this.#clock.nowMs, onTaken });
  }

  /** The next to go; it stays until it is removed. */
  head(): UpEntry | null {
    for (;;) {
      const entry = this.#entries[0];
      if (entry === undefined) return null;
      if (!this.#isExpired(entry)) return entry;
      this.#entries.shift();
      this.expired += 1;
    }
  }

  remove(entry: UpEntry): void {
    const at = this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  /** Takes the newest back if it is of that kind and is not `tried`. */
  withdrawLast(kind: UpMessage["kind"], tried: UpEntry | null): boolean {
    const last = this.#entries.at(-1);
    if (last === undefined || last.message.kind !== kind || last === tried) return false;
    this.#entries.pop();
    return true;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  #isExpired({ message, queuedMs }: UpEntry): boolean {
    return this.#expiryMs !== null && mayBeLost(message) && this.#clock.nowMs - queuedMs >= this.#expiryMs;
  }
}

function mayBeLost(message: UpMessage): boolean {
  return message.kind === "publish" && message.qos === 0;
}
