// Owns the bytes one TCP end still owes the other, and which segments carried them. Refuses to know when to send.

import { ByteQueue } from "./byte-queue.ts";

/** A segment that left at least once. FIN counts as one in `to`. */
export interface Sent {
  from: number;
  to: number;
  fin: boolean;
  sentMs: number;
  isRetransmitted: boolean;
  /** The peer said that it has it, ahead of bytes that it has not. */
  isSacked: boolean;
  /** Taken for lost, and not sent again since. */
  isLost: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 *   una                 nxt               end
 *    |─── segments sent ──|── not sent yet ──|(FIN)
 *    └──────────────── #queue ───────────────┘
 */
export class Outgoing {
  readonly #queue = new ByteQueue();
  readonly #sent: Sent[] = [];
  #una = 0;
  #nxt = 0;
  #highest = 0;
  #hasEnded = false;
  #isDone = false;

  /** In the order of the stream. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** The first that is to be sent again. */
  get firstLost(): Sent | null {
    for (const segment of this.#sent) if (segment.isLost) return segment;
    return null;
  }

  get sackedSegments(): number {
    let count = 0;
    for (const segment of this.#sent) if (segment.isSacked) count += 1;
    return count;
  }

  /** Neither acknowledged in any way nor taken for lost. */
  get segmentsInFlight(): number {
    let count = 0;
    for (const segment of this.#sent) if (!segment.isSacked && !segment.isLost) count += 1;
    return count;
  }

  get una(): number {
    return this.#una;
  }

  get nxt(): number {
    return this.#nxt;
  }

  /** `nxt`, or one more while the byte after it has gone as a probe of a closed window. */
  get highest(): number {
    return this.#highest;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** FIN was acknowledged, and so all before it. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Sent or not, but not acknowledged. */
  get queuedBytes(): number {
    return this.#queue.length;
  }

  get unsentBytes(): number {
    return Math.max(0, this.#endSeq() - this.#nxt);
  }

  /** FIN among it. */
  get hasUnsent(): boolean {
    return this.#endSeq() + (this.#hasEnded ? 1 : 0) > this.#nxt;
  }

  /** A method: V8 calls private getters through its runtime. */
  #endSeq(): number {
    return this.#una + this.#queue.length;
  }

  write(bytes: Uint8Array): void {
    this.#queue.append(bytes);
  }

  end(): void {
    this.#hasEnded = true;
  }

  /** Makes a segment of the next bytes, at most `length` of them; FIN goes with the last, or alone. */
  cut(length: number, nowMs: number): Sent {
    const from = this.#nxt;
    const bytes = Math.min(length, this.unsentBytes);
    const fin = this.#hasEnded && from + bytes === this.#endSeq();
    const to = from + bytes + (fin ? 1 : 0);
    const segment = { from, to, fin, sentMs: nowMs, isRetransmitted: false, isSacked: false, isLost: false };
    this.#nxt = to;
    this.#highest = Math.max(this.#highest, to);
    this.#sent.push(segment);
    return segment;
  }

  payload({ from, to, fin }: Sent): Uint8Array {
    const length = to - from - (fin ? 1 : 0);
    return length === 0 ? NOTHING : this.#queue.peek(from - this.#una, length);
  }

  /** The next byte that was not sent, for a probe of a closed window; nothing when that is FIN. */
  probe(): Uint8Array {
    this.#highest = this.#nxt + 1;
    return this.#queue.peek(this.#nxt - this.#una, 1);
  }

  /** Lets `segment` take along what follows it, while that fits `mss` and the peer lacks it, too. */
  mergeFollowing(segment: Sent, mss: number): void {
    const next = this.#sent.indexOf(segment) + 1;
    for (;;) {
      const following = this.#sent[next];
      if (following === undefined || following.isSacked || following.to - segment.from > mss) return;
      segment.to = following.to;
      segment.fin = following.fin;
      this.#sent.splice(next, 1);
    }
  }

  /** `onSegment` is given each that is acknowledged whole. */
  acknowledge(ack: number, onSegment: (segment: Sent) => void): void {
    for (let first = this.#sent[0]; first !== undefined && first.to <= ack; first = this.#sent[0]) {
      this.#sent.shift();
      onSegment(first);
    }
    const partly = this.#sent[0];
    if (partly !== undefined) partly.from = Math.max(partly.from, ack);
    this.#isDone = this.#hasEnded && ack > this.#endSeq();
    this.#queue.drop(Math.min(ack - this.#una, this.#queue.length));
    this.#una = ack;
    // A byte that went as a probe is in no segment.
    this.#nxt = Math.max(this.#nxt, ack);
  }
}
