// Owns what one ack tells a Linux sender about its segments: which arrived, and how long that took. Refuses to know what follows.

import type { Outgoing, Sent } from "./outgoing.ts";
import type { SackBlock, Segment } from "./segment.ts";

/** tcp_clean_rtx_queue, tcp_sacktag_write_queue and tcp_ack_update_rtt. What it says is of the ack that was read last. */
export class AckReader {
  readonly #out: Outgoing;
  readonly #onDelivered: (segment: Sent) => void;
  #advanced = false;
  #delivered = 0;
  #rttMs: number | null = null;
  #toldDuplicate = false;
  #firstSentMs: number | null = null;
  #coversRepeated = false;

  /** `onDelivered` is given each segment that is known to have arrived, once. */
  constructor(out: Outgoing, onDelivered: (segment: Sent) => void) {
    this.#out = out;
    this.#onDelivered = onDelivered;
  }

  /** New bytes were acknowledged. */
  get advanced(): boolean {
    return this.#advanced;
  }

  /** Segments that are known to have arrived, and were not before. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Null when it cannot be told which copy was answered. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** The peer got something twice (RFC 2883). */
  get toldDuplicate(): boolean {
    return this.#toldDuplicate;
  }

  read({ ack, sack, echoMs }: Segment, nowMs: number): void {
    this.#advanced = ack > this.#out.una;
    this.#delivered = 0;
    this.#firstSentMs = null;
    this.#coversRepeated = false;
    this.#toldDuplicate = false;
    if (this.#advanced) this.#out.acknowledge(ack, this.#note);
    if (sack !== null) for (const block of sack) this.#readBlock(block, ack);
    this.#rttMs = this.#measure(nowMs, echoMs);
  }

  readonly #note = (segment: Sent): void => {
    if (segment.isSacked) return;
    this.#delivered += 1;
    if (segment.isRetransmitted) this.#coversRepeated = true;
    else this.#firstSentMs ??= segment.sentMs;
    this.#onDelivered(segment);
  };

  #readBlock({ from, to }: SackBlock, ack: number): void {
    if (to <= ack) {
      this.#toldDuplicate = true;
      return;
    }
    for (const segment of this.#out.sent) {
      if (segment.isSacked || segment.from < from || segment.to > to) continue;
      this.#note(segment);
      segment.isSacked = true;
      segment.isLost = false;
    }
  }

  /** Karn's doubt, whether the first copy was answered or another, does not touch a time stamp. */
  #measure(nowMs: number, echoMs: number | null): number | null {
    if (this.#firstSentMs !== null && !this.#coversRepeated) return nowMs - this.#firstSentMs;
    return this.#advanced && this.#delivered > 0 && echoMs !== null ? nowMs - echoMs : null;
  }
}
