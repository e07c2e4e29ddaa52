// Owns how much the peer has room for. Refuses to know what is sent into it.

import type { Segment } from "./segment.ts";

/** RFC 9293, 3.10.7.4: a segment that was overtaken does not take back what a later one said. */
export class PeerWindow {
  #bytes = 0;
  #atSeq = 0;
  #atAck = 0;

  get bytes(): number {
    return this.#bytes;
  }

  start(bytes: number): void {
    this.#bytes = bytes;
  }

  /** True when the right edge moved. */
  update({ seq, ack, window }: Segment): boolean {
    const edge = this.#atAck + this.#bytes;
    const isNews =
      ack > this.#atAck ||
      seq > this.#atSeq ||
      (seq === this.#atSeq && ack === this.#atAck && window > this.#bytes);
    if (!isNews || ack < this.#atAck) return false;
    this.#bytes = window;
    this.#atSeq = Math.max(seq, this.#atSeq);
    this.#atAck = ack;
    return ack + window !== edge;
  }
}
