// Owns the order of things to come: by time, then by insertion. Refuses to know what the present is.

const GONE = -1;

/** What `add` answers. It takes itself out of the queue: an own object to do so would be one more for each event. */
class Entry {
  readonly run: () => void;
  /** Where it sits in the heap, or `GONE`: a cancelled one leaves at once, so none pile up. */
  index = GONE;
  readonly #queue: EventQueue;

  constructor(queue: EventQueue, run: () => void) {
    this.#queue = queue;
    this.run = run;
  }

  /** Does nothing once it was taken out. */
  cancel(): void {
    this.#queue.remove(this);
  }
}

/** So flat that a heap of ten thousand devices' timers is eight levels deep, and what is compared there lies together. */
const CHILDREN = 4;

/** A heap whose keys lie beside its entries: to compare two, no entry is touched, which most often would be far away. */
export class EventQueue {
  readonly #deadlines: number[] = [];
  readonly #sequences: number[] = [];
  readonly #entries: Entry[] = [];
  #nextSequence = 0;

  get size(): number {
    return this.#entries.length;
  }

  get earliestMs(): number | null {
    return this.#deadlines[0] ?? null;
  }

  add(deadlineMs: number, run: () => void): Entry {
    if (!Number.isFinite(deadlineMs))
      throw new RangeError(`a deadline must be a finite number, not ${deadlineMs}`);
    const entry = new Entry(this, run);
    const sequence = this.#nextSequence++;
    const hole = this.#entries.push(entry) - 1;
    this.#deadlines.push(deadlineMs);
    this.#sequences.push(sequence);
    this.#siftUp(hole, deadlineMs, sequence, entry);
    return entry;
  }

  remove(entry: Entry): void {
    if (entry.index === GONE) return;
    const last = this.#entries.pop() as Entry;
    const deadlineMs = this.#deadlines.pop() as number;
    const sequence = this.#sequences.pop() as number;
    if (last !== entry) {
      const hole = this.#siftUp(entry.index, deadlineMs, sequence, last);
      this.#siftDown(hole, deadlineMs, sequence, last);
    }
    entry.index = GONE;
  }

  /** Takes the earliest out, if there is one and it is not after `limitMs`. */
  takeUntil(limitMs: number): Entry | null {
    const first = this.#entries[0];
    if (first === undefined || (this.#deadlines[0] as number) > limitMs) return null;
    this.remove(first);
    return first;
  }

  #place(index: number, deadlineMs: number, sequence: number, entry: Entry): void {
    this.#deadlines[index] = deadlineMs;
    this.#sequences[index] = sequence;
    this.#entries[index] = entry;
    entry.index = index;
  }

  #move(from: number, to: number): void {
    this.#place(
      to,
      this.#deadlines[from] as number,
      this.#sequences[from] as number,
      this.#entries[from] as Entry,
    );
  }

  /** From a hole at `hole` to where the entry belongs among those above. Answers where that is. */
  #siftUp(hole: number, deadlineMs: number, sequence: number, entry: Entry): number {
    let index = hole;
    while (index > 0) {
      const above = Math.floor((index - 1) / CHILDREN);
      if (this.#isBefore(above, deadlineMs, sequence)) break;
      this.#move(above, index);
      index = above;
    }
    this.#place(index, deadlineMs, sequence, entry);
    return index;
  }

  #siftDown(hole: number, deadlineMs: number, sequence: number, entry: Entry): void {
    let index = hole;
    for (;;) {
      const below = this.#childOf(index);
      if (below === GONE || !this.#isBefore(below, deadlineMs, sequence)) break;
      this.#move(below, index);
      index = below;
    }
    if (index !== hole) this.#place(index, deadlineMs, sequence, entry);
  }

  /** The earliest of those below. */
  #childOf(index: number): number {
    const first = CHILDREN * index + 1;
    const end = Math.min(first + CHILDREN, this.#entries.length);
    if (first >= end) return GONE;
    let earliest = first;
    for (let child = first + 1; child < end; child++) {
      const deadlineMs = this.#deadlines[earliest] as number;
      if (this.#isBefore(child, deadlineMs, this.#sequences[earliest] as number)) earliest = child;
    }
    return earliest;
  }

  /** Whether the one at `index` comes before one of that deadline and sequence. */
  #isBefore(index: number, deadlineMs: number, sequence: number): boolean {
    const own = this.#deadlines[index] as number;
    return own === deadlineMs ? (this.#sequences[index] as number) < sequence : own < deadlineMs;
  }
}
