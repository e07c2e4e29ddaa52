// Owns what one client's packet ids stood for when they came last, and in which order they came. Refuses to know what follows
// from that.

/** Of an id that has left none, or too long ago. */
export const NO_TRACE = -1;

/**
 * More than any client keeps in flight: an older one was acknowledged, or its client could not have sent as many since. Both
 * are powers of two, so that a place in the ring is cut out of a sequence without a division.
 */
const MOST_KEPT = 1024;
const FIRST_KEPT = 16;
/** An id and a digest. */
const ROW = 2;
const NO_ROWS = new Int32Array(0);

/** A ring: most ids are never asked for again, so that looking one up may cost more than keeping it. */
export class Traces {
  #rows = NO_ROWS;
  #next = 0;

  /** The sequence of the one that comes next. */
  get next(): number {
    return this.#next;
  }

  mark(id: number, digest: number): void {
    const kept = this.#rows.length / ROW;
    if (this.#next >= kept && kept < MOST_KEPT) this.#grow(Math.max(FIRST_KEPT, 2 * kept));
    const at = this.#at(this.#next);
    this.#rows[at] = id;
    this.#rows[at + 1] = digest;
    this.#next += 1;
  }

  /** Of the last time that it came; or `NO_TRACE`. */
  sequenceOf(id: number): number {
    const oldest = Math.max(0, this.#next - this.#rows.length / ROW);
    for (let sequence = this.#next - 1; sequence >= oldest; sequence--) {
      if (this.#rows[this.#at(sequence)] === id) return sequence;
    }
    return NO_TRACE;
  }

  /** As it was given to `mark`. */
  digestAt(sequence: number): number {
    return this.#rows[this.#at(sequence) + 1] as number;
  }

  #at(sequence: number): number {
    return (sequence * ROW) & (this.#rows.length - 1);
  }

  /** While none was overwritten, each lies at its sequence. */
  #grow(kept: number): void {
    const rows = new Int32Array(kept * ROW);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
