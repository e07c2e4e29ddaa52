// Owns Linux's congestion window, in segments: slow start, CUBIC, what a loss takes from it. Refuses to know what was lost.

/** RFC 6928. */
const FIRST_WINDOW = 10;
const LEAST_AFTER_LOSS = 2;
/** net/ipv4/tcp_cubic.c: beta 717/1024, C 0.4, and the growth of a Reno that shrinks by the same beta (RFC 9438, 4.3). */
const BETA = 717 / 1024;
const CUBIC_C = 0.4;
const RENO_GROWTH = (3 * (1 - BETA)) / (1 + BETA);

/** Without HyStart: it looks at windows from 16 segments on. */
export class CubicWindow {
  #cwnd = FIRST_WINDOW;
  #ssthresh = Number.POSITIVE_INFINITY;
  /** Where the last loss was met, and since when the window grows from there. */
  #top = 0;
  #epochMs: number | null = null;
  #epochCwnd = 0;
  #renoCwnd = 0;
  #before: { readonly cwnd: number; readonly ssthresh: number } | null = null;

  /** Whole segments. */
  get segments(): number {
    return Math.floor(this.#cwnd);
  }

  get ssthresh(): number {
    return this.#ssthresh;
  }

  get isSlowStart(): boolean {
    return this.#cwnd < this.#ssthresh;
  }

  /** During a recovery it follows what was delivered. */
  follow(segments: number): void {
    this.#cwnd = segments;
  }

  /** tcp_init_transfer: a handshake that needed more than one repetition starts with one segment. */
  startAtOne(): void {
    this.#cwnd = 1;
  }

  grow(acked: number, nowMs: number, rttMs: number): void {
    const slow = Math.min(acked, Math.max(0, this.#ssthresh - this.#cwnd));
    this.#cwnd += slow;
    if (acked > slow) this.#avoid(acked - slow, nowMs, rttMs);
  }

  #avoid(acked: number, nowMs: number, rttMs: number): void {
    if (this.#epochMs === null) {
      this.#epochMs = nowMs;
      this.#epochCwnd = this.#cwnd;
      this.#renoCwnd = this.#cwnd;
      this.#top = Math.max(this.#top, this.#cwnd);
    }
    const seconds = (nowMs - this.#epochMs + rttMs) / 1_000;
    const toTop = Math.cbrt((this.#top - this.#epochCwnd) / CUBIC_C);
    const target = Math.min(this.#top + CUBIC_C * (seconds - toTop) ** 3, 1.5 * this.#cwnd);
    this.#renoCwnd += (RENO_GROWTH * acked) / this.#cwnd;
    const cubic =
      target > this.#cwnd ? (acked * (target - this.#cwnd)) / this.#cwnd : acked / (100 * this.#cwnd);
    // tcp_cubic.c grows by a segment in two acks at most.
    this.#cwnd = Math.max(
      this.#cwnd + Math.min(cubic, acked / 2),
      Math.min(this.#renoCwnd, this.#cwnd + acked / 2),
    );
  }

  /** cubictcp_recalc_ssthresh. What was before can be had back, should nothing have been lost. */
  shrink(): void {
    this.#before = { cwnd: this.#cwnd, ssthresh: this.#ssthresh };
    // A flow that loses below its last top gives way to others, and aims lower.
    this.#top = this.#cwnd < this.#top ? (this.#cwnd * (1 + BETA)) / 2 : this.#cwnd;
    this.#epochMs = null;
    this.#ssthresh = Math.max(LEAST_AFTER_LOSS, Math.floor(this.#cwnd * BETA));
  }

  restore(): void {
    if (this.#before === null) return;
    this.#cwnd = Math.max(this.#cwnd, this.#before.cwnd);
    this.#ssthresh = this.#before.ssthresh;
    this.#before = null;
  }
}
