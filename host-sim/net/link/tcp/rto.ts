// Owns how a stack learns its retransmission time-out from round trips. Refuses to know back-off.

/** tcp_rtt_estimator of Linux (net/ipv4/tcp_input.c), which keeps to RFC 6298 with a floor below the deviation. */
export class LinuxEstimator {
  readonly #leastMs: number;
  readonly #firstMs: number;
  #srttMs: number | null = null;
  /** Four times the mean deviation, its greatest of this round trip, and what counts. */
  #mdevMs = 0;
  #mdevMaxMs = 0;
  #rttvarMs = 0;
  #rttSeq = 0;
  #minRttMs = Number.POSITIVE_INFINITY;

  constructor(firstMs: number, leastMs: number) {
    this.#firstMs = firstMs;
    this.#leastMs = leastMs;
  }

  /** Null before the first sample. */
  get srttMs(): number | null {
    return this.#srttMs;
  }

  get minRttMs(): number {
    return this.#minRttMs;
  }

  get rtoMs(): number {
    return this.#srttMs === null ? this.#firstMs : this.#srttMs + this.#rttvarMs;
  }

  /** `una` and `nxt` are the sender's, after the ack that told the round trip. */
  sample(rttMs: number, una: number, nxt: number): void {
    this.#minRttMs = Math.min(this.#minRttMs, rttMs);
    if (this.#srttMs === null) this.#begin(rttMs, nxt);
    else this.#goOn(this.#srttMs, rttMs, una, nxt);
  }

  #begin(rttMs: number, nxt: number): void {
    this.#srttMs = rttMs;
    this.#mdevMs = 2 * rttMs;
    this.#rttvarMs = Math.max(this.#mdevMs, this.#leastMs);
    this.#mdevMaxMs = this.#rttvarMs;
    this.#rttSeq = nxt;
  }

  #goOn(srttMs: number, rttMs: number, una: number, nxt: number): void {
    const error = rttMs - srttMs;
    this.#srttMs = srttMs + error / 8;
    const growth = Math.abs(error) - this.#mdevMs / 4;
    // A round trip that became shorter is no reason to wait longer, so it counts for an eighth.
    this.#mdevMs += error < 0 && growth > 0 ? growth / 8 : growth;
    if (this.#mdevMs > this.#mdevMaxMs) {
      this.#mdevMaxMs = this.#mdevMs;
      this.#rttvarMs = Math.max(this.#rttvarMs, this.#mdevMaxMs);
    }
    if (una <= this.#rttSeq) return;
    if (this.#mdevMaxMs < this.#rttvarMs) this.#rttvarMs -= (this.#rttvarMs - this.#mdevMaxMs) / 4;
    this.#rttSeq = nxt;
    this.#mdevMaxMs = this.#leastMs;
  }
}

/**
 * tcp_receive of lwIP in its own integers: `sa` is eight times the mean and `sv` four times the deviation, in
 * ticks of half a second. Because of the shifts it never falls under three ticks once a round trip was measured.
 */
export class LwipEstimator {
  #sa = 0;
  #sv: number;

  constructor(firstTicks: number) {
    this.#sv = firstTicks;
  }

  get rtoTicks(): number {
    return (this.#sa >> 3) + this.#sv;
  }

  sample(rttTicks: number): void {
    const error = rttTicks - (this.#sa >> 3);
    this.#sa += error;
    this.#sv += Math.abs(error) - (this.#sv >> 2);
  }
}
