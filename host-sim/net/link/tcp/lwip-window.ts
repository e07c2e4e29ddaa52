// Owns lwIP's congestion window, in bytes. Refuses to know which segment fills it.

export class LwipWindow {
  readonly #mss: number;
  #cwnd: number;
  #ssthresh: number;
  #bytesAcked = 0;

  /** LWIP_TCP_CALC_INITIAL_CWND (tcp_in.c); tcp_alloc starts the threshold at the send buffer. */
  constructor(mss: number, sendBufferBytes: number) {
    this.#mss = mss;
    this.#cwnd = Math.min(4 * mss, Math.max(2 * mss, 4_380));
    this.#ssthresh = sendBufferBytes;
  }

  get bytes(): number {
    return this.#cwnd;
  }

  /** tcp_receive, RFC 3465: by what was acknowledged, in slow start at most two segments, one after a time-out. */
  grow(ackedBytes: number, isAfterTimeout: boolean): void {
    if (this.#cwnd < this.#ssthresh) {
      this.#cwnd += Math.min(ackedBytes, (isAfterTimeout ? 1 : 2) * this.#mss);
      return;
    }
    this.#bytesAcked += ackedBytes;
    if (this.#bytesAcked < this.#cwnd) return;
    this.#bytesAcked -= this.#cwnd;
    this.#cwnd += this.#mss;
  }

  /** tcp_slowtmr: one segment, then slow start to half of what was possible. */
  collapse(peerWindow: number): void {
    this.#halve(peerWindow);
    this.#cwnd = this.#mss;
    this.#bytesAcked = 0;
  }

  /** tcp_rexmit_fast: three segments have left the network, or there were no three duplicate acks. */
  beginFastRecovery(peerWindow: number): void {
    this.#halve(peerWindow);
    this.#cwnd = this.#ssthresh + 3 * this.#mss;
  }

  inflate(): void {
    this.#cwnd += this.#mss;
  }

  endFastRecovery(): void {
    this.#cwnd = this.#ssthresh;
    this.#bytesAcked = 0;
  }

  #halve(peerWindow: number): void {
    this.#ssthresh = Math.max(Math.floor(Math.min(this.#cwnd, peerWindow) / 2), 2 * this.#mss);
  }
}
