// Owns segments that came before those that belong in front of them. Refuses to know acks and windows.

import { MOST_SACK_BLOCKS, NO_SACK, type SackBlock, type Segment } from "./segment.ts";

type Early = Pick<Segment, "seq" | "payload" | "fin">;

export class Reassembly {
  /** In the order of the stream. */
  #early: Early[] = [];
  #latestSeq = 0;

  get isEmpty(): boolean {
    return this.#early.length === 0;
  }

  /** False when all of it was there. */
  keep(segment: Early): boolean {
    const { seq } = segment;
    const to = endOf(segment);
    this.#latestSeq = seq;
    if (this.#early.some((other) => other.seq <= seq && endOf(other) >= to)) return false;
    const others = this.#early.filter((other) => other.seq < seq || endOf(other) > to);
    const place = others.findIndex((other) => other.seq > seq);
    others.splice(place < 0 ? others.length : place, 0, { seq, payload: segment.payload, fin: segment.fin });
    this.#early = others;
    return true;
  }

  /** The first, if nothing is missing before it. */
  take(nextSeq: number): Early | null {
    const first = this.#early[0];
    if (first === undefined || first.seq > nextSeq) return null;
    this.#early.shift();
    return first;
  }

  /** What to tell the peer: the block that grew last comes first. */
  blocks(): readonly SackBlock[] {
    if (this.#early.length === 0) return NO_SACK;
    const blocks: { from: number; to: number }[] = [];
    for (const segment of this.#early) {
      const last = blocks.at(-1);
      if (last !== undefined && segment.seq <= last.to) last.to = Math.max(last.to, endOf(segment));
      else blocks.push({ from: segment.seq, to: endOf(segment) });
    }
    const latest = blocks.findIndex(({ from, to }) => from <= this.#latestSeq && this.#latestSeq < to);
    if (latest > 0) blocks.unshift(...blocks.splice(latest, 1));
    return blocks.slice(0, MOST_SACK_BLOCKS);
  }

  drop(): void {
    this.#early = [];
  }
}

export function endOf({ seq, payload, fin }: Early): number {
  return seq + payload.length + (fin ? 1 : 0);
}
