// Owns what Linux is about after a loss: open, recovering or after a time-out, and how fast it may send then. Refuses to know
// how losses are found.

import type { CubicWindow } from "./cubic-window.ts";

export type RecoveryState = "open" | "recovery" | "loss";

/** tcp_enter_recovery, tcp_enter_loss, tcp_cwnd_reduction and tcp_may_undo (net/ipv4/tcp_input.c). */
export class Recovery {
  readonly #window: CubicWindow;
  #state: RecoveryState = "open";
  /** What was sent before the loss was noticed ends here. */
  #highSeq = 0;
  #firstResentMs: number | null = null;
  #priorWindow = 0;
  #delivered = 0;
  #sent = 0;

  constructor(window: CubicWindow) {
    this.#window = window;
  }

  get state(): RecoveryState {
    return this.#state;
  }

  enterRecovery(nxt: number): void {
    this.#state = "recovery";
    this.#highSeq = nxt;
    this.#firstResentMs = null;
    this.#priorWindow = this.#window.segments;
    this.#delivered = 0;
    this.#sent = 0;
    this.#window.shrink();
  }

  /** One segment, then slow start. A second time-out of the same bytes takes no more from the threshold. */
  enterLoss(nxt: number): void {
    if (this.#state !== "loss") {
      this.#firstResentMs = null;
      if (this.#state === "open") this.#window.shrink();
    }
    this.#state = "loss";
    this.#highSeq = nxt;
    this.#window.follow(1);
  }

  noteSent(isResent: boolean, nowMs: number): void {
    this.#sent += 1;
    if (isResent) this.#firstResentMs ??= nowMs;
  }

  /** Of new bytes. True: an ack of the first copy (Eifel, RFC 3522) showed that nothing had been lost. */
  onAck(ack: number, echoMs: number | null): boolean {
    if (this.#state === "open") return false;
    const isOfFirstCopy = echoMs !== null && this.#firstResentMs !== null && echoMs < this.#firstResentMs;
    const isOver = ack >= this.#highSeq;
    const isSpurious = isOfFirstCopy && (isOver || this.#state === "loss");
    if (isSpurious) this.#window.restore();
    else if (isOver && this.#state === "recovery") this.#window.follow(this.#window.ssthresh);
    if (isOver || isSpurious) this.#state = "open";
    return isSpurious;
  }

  /** Proportional rate reduction (RFC 6937): as much as was delivered, down to the threshold. */
  pace(delivered: number, inFlight: number, advanced: boolean): void {
    this.#delivered += delivered;
    const { ssthresh } = this.#window;
    let allowed: number;
    if (inFlight > ssthresh) {
      allowed = Math.ceil((ssthresh * this.#delivered) / this.#priorWindow) - this.#sent;
    } else {
      const owed = Math.max(this.#delivered - this.#sent, delivered) + (advanced ? 1 : 0);
      allowed = Math.min(ssthresh - inFlight, owed);
    }
    // The first of a recovery always goes.
    this.#window.follow(inFlight + Math.max(allowed, this.#sent === 0 ? 1 : 0));
  }
}
