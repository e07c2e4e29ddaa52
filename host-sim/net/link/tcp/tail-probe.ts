// Owns what became of a segment that was sent only to learn whether the tail was lost. Refuses to know when one is sent.

/** tcp_send_loss_probe and tcp_process_tlp_ack (net/ipv4): one at a time. */
export class TailProbe {
  #to: number | null = null;
  #isRepeat = false;

  get isOut(): boolean {
    return this.#to !== null;
  }

  /** `to` is where the stream that was sent ends. */
  begin(to: number, isRepeat: boolean): void {
    this.#to = to;
    this.#isRepeat = isRepeat;
  }

  forget(): void {
    this.#to = null;
  }

  /**
   * For each ack. When both the probe and what it repeated arrived, the peer says so. True when it went on without a
   * word: the probe brought back what had been lost, and that counts as congestion.
   */
  settle(una: number, isAnsweredTwice: boolean): boolean {
    if (this.#to === null || una < this.#to) return false;
    const isPast = una > this.#to;
    if (this.#isRepeat && !isPast && !isAnsweredTwice) return false;
    this.#to = null;
    return this.#isRepeat && !isAnsweredTwice;
  }
}
