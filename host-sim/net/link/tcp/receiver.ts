// Owns the bytes one TCP end has got from the other: their order, and those not read yet. Refuses to know acks' timing.

import type { Segment } from "./segment.ts";

interface ReceiverPorts {
  onData(bytes: Uint8Array): void;
  onEnd(): void;
}

/** Keeps nothing that comes out of order: on a link that never reorders, a gap is a loss that will be sent again. */
export class Receiver {
  readonly #windowBytes: number;
  readonly #ports: ReceiverPorts;
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #nextSeq = 0;
  #hasFin = false;
  #hasSeenEnd = false;
  #isPaused = false;

  constructor(windowBytes: number, ports: ReceiverPorts) {
    this.#windowBytes = windowBytes;
    this.#ports = ports;
  }

  /** What to acknowledge. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  get window(): number {
    return Math.max(0, this.#windowBytes - this.#unreadBytes);
  }

  /** The peer's FIN was handed over, after all bytes. */
  get hasSeenEnd(): boolean {
    return this.#hasSeenEnd;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
  }

  /** True when the segment wants an ack. A bare ack wants none, or two ends would answer each other for ever. */
  accept(segment: Segment): boolean {
    const { seq, payload, fin } = segment;
    const expected = this.#nextSeq;
    const afterSeq = seq + payload.length + (fin ? 1 : 0);
    if (seq <= expected && afterSeq > expected) this.#take(payload.subarray(expected - seq), fin);
    return payload.length > 0 || fin || seq < expected;
  }

  #take(fresh: Uint8Array, fin: boolean): void {
    if (fresh.length > 0) this.#unread.push(fresh);
    this.#unreadBytes += fresh.length;
    this.#nextSeq += fresh.length + (fin ? 1 : 0);
    this.#hasFin ||= fin;
  }

  /** Hands over what it may. The reader may pause, or stop altogether by way of `drop`, at any call. */
  deliver(): void {
    while (!this.#isPaused) {
      const bytes = this.#unread.shift();
      if (bytes === undefined) break;
      this.#unreadBytes -= bytes.length;
      this.#ports.onData(bytes);
    }
    if (this.#isPaused || !this.#hasFin || this.#hasSeenEnd || this.#unread.length > 0) return;
    this.#hasSeenEnd = true;
    this.#ports.onEnd();
  }

  drop(): void {
    this.#unread = [];
    this.#hasFin = false;
  }
}
