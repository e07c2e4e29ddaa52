// Owns the bytes one TCP end still owes the other: segments, window, retransmission. Refuses to know handshakes.

import { after, type Clock, type Timer } from "../../../time/clock.ts";
import { ByteQueue } from "./byte-queue.ts";
import { type TcpFlavour, waitMs } from "./flavour.ts";

interface SenderPorts {
  transmit(seq: number, payload: Uint8Array, fin: boolean): void;
  onDrain(): void;
  onGiveUp(): void;
}

const NOTHING = new Uint8Array(0);

/**
 *   una            nxt               end
 *    |── in flight ─|── not sent yet ──|(FIN)
 *    └────────────── #queue ───────────┘
 *
 * After a time-out it goes back to `una`, one segment at first. There is no congestion window: a device's
 * receive window of 4 MSS and its send buffer of 2 are smaller than the 10 segments RFC 6928 starts with.
 */
export class Sender {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #ports: SenderPorts;
  readonly #queue = new ByteQueue();
  readonly #estimator;
  #mss = 0;
  #window = 0;
  #una = 0;
  #nxt = 0;
  /** The highest sequence number that ever left, plus one. */
  #highest = 0;
  #hasEnded = false;
  #isRunning = false;
  #isFull = false;
  #isRecovering = false;
  #isDone = false;
  #attempts = 0;
  #timer: Timer | null = null;
  #probe: { readonly seq: number; readonly sentMs: number } | null = null;

  constructor(clock: Clock, flavour: TcpFlavour, ports: SenderPorts) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#ports = ports;
    this.#estimator = flavour.estimator();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The FIN was acknowledged, and so all before it. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What a bare ack carries: never less than the peer has got, or it would look like a repetition. */
  get highestSeq(): number {
    return this.#highest;
  }

  get #endSeq(): number {
    return this.#una + this.#queue.length;
  }

  /** What was written before now waits until the connection is open. */
  start(mss: number, window: number): void {
    this.#mss = mss;
    this.#window = window;
    this.#isRunning = true;
    this.#pump();
  }

  stop(): void {
    this.#isRunning = false;
    this.#disarm();
  }

  write(bytes: Uint8Array): boolean {
    this.#queue.append(bytes);
    this.#pump();
    this.#isFull = this.#queue.length >= this.#flavour.sendBufferBytes;
    return !this.#isFull;
  }

  end(): void {
    this.#hasEnded = true;
    this.#pump();
  }

  acknowledge(ack: number, window: number): void {
    this.#window = window;
    // Any answer shows that somebody is there: with a closed window that is all there is to wait for.
    if (ack >= this.#una && window === 0) this.#attempts = 0;
    if (ack > this.#una) this.#advance(ack);
    this.#pump();
    this.#sayIfDrained();
  }

  #advance(ack: number): void {
    if (this.#probe !== null && ack > this.#probe.seq) {
      this.#estimator.sample(this.#clock.nowMs - this.#probe.sentMs);
      this.#probe = null;
    }
    this.#isDone = this.#hasEnded && ack > this.#endSeq;
    this.#queue.drop(Math.min(ack - this.#una, this.#queue.length));
    this.#una = ack;
    this.#nxt = Math.max(this.#nxt, ack);
    this.#attempts = 0;
    this.#isRecovering = false;
    this.#disarm();
  }

  #sayIfDrained(): void {
    if (!this.#isFull || this.#queue.length >= this.#flavour.sendBufferBytes) return;
    this.#isFull = false;
    this.#ports.onDrain();
  }

  #pump(): void {
    if (!this.#isRunning || this.#isDone) return;
    const allowed = this.#isRecovering ? this.#mss : this.#flavour.sendBufferBytes;
    const limit = this.#una + Math.min(this.#window, allowed);
    const end = this.#endSeq;
    while (this.#nxt < Math.min(end, limit)) {
      this.#transmit(this.#queue.copy(this.#nxt - this.#una, Math.min(this.#mss, limit - this.#nxt)));
    }
    if (this.#hasEnded && this.#nxt === end) this.#transmitFin();
    if (this.#timer === null && this.#waits()) this.#arm();
  }

  #waits(): boolean {
    return this.#nxt > this.#una || this.#queue.length > 0;
  }

  #transmit(payload: Uint8Array): void {
    const seq = this.#nxt;
    // Taken for the round trip only when these bytes leave for the first time.
    if (seq >= this.#highest) this.#probe ??= { seq, sentMs: this.#clock.nowMs };
    this.#nxt += payload.length;
    this.#highest = Math.max(this.#highest, this.#nxt);
    this.#ports.transmit(seq, payload, false);
  }

  #transmitFin(): void {
    const seq = this.#nxt;
    this.#nxt += 1;
    this.#highest = Math.max(this.#highest, this.#nxt);
    this.#ports.transmit(seq, NOTHING, true);
  }

  #arm(): void {
    const delayMs = waitMs(this.#flavour, this.#estimator.rtoMs, this.#attempts);
    this.#timer = after(this.#clock, delayMs, () => this.#onTimeout());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #onTimeout(): void {
    this.#timer = null;
    if (this.#attempts >= this.#flavour.retransmissions) {
      this.#ports.onGiveUp();
      return;
    }
    this.#attempts += 1;
    this.#probe = null;
    this.#isRecovering = true;
    this.#nxt = this.#una;
    // A byte that was acknowledged already, so that the answer tells the window and nothing else changes.
    if (this.#window === 0 && this.#queue.length > 0) this.#ports.transmit(this.#una - 1, NOTHING, false);
    this.#pump();
  }
}
