// Owns the order of things to come: by time, then by insertion. Refuses to know what the present is.

const GONE = -1;

/** What `add` answers. It takes itself out of the queue: an own object to do so would be one more for each event. */
class Entry {
  readonly deadlineMs: number;
  readonly sequence: number;
  readonly run: () => void;
  /** Where it sits in the heap, or `GONE`: a cancelled one leaves at once, so none pile up. */
  index: number;
  readonly #queue: EventQueue;

  constructor(queue: EventQueue, deadlineMs: number, sequence: number, run: () => void) {
    this.#queue = queue;
    this.deadlineMs = deadlineMs;
    this.sequence = sequence;
    this.run = run;
    this.index = GONE;
  }

  /** Does nothing once it was taken out. */
  cancel(): void {
    this.#queue.remove(this);
  }
}

/** A binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #nextSequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  get earliestMs(): number | null {
    return this.#heap[0]?.deadlineMs ?? null;
  }

  add(deadlineMs: number, run: () => void): Entry {
    if (!Number.isFinite(deadlineMs))
      throw new RangeError(`a deadline must be a finite number, not ${deadlineMs}`);
    const entry = new Entry(this, deadlineMs, this.#nextSequence++, run);
    entry.index = this.#heap.length;
    this.#heap.push(entry);
    this.#siftUp(entry);
    return entry;
  }

  remove(entry: Entry): void {
    if (entry.index === GONE) return;
    const last = this.#heap.pop() as Entry;
    if (last !== entry) {
      this.#place(last, entry.index);
      this.#siftUp(last);
      this.#siftDown(last);
    }
    entry.index = GONE;
  }

  /** Takes the earliest out, if there is one and it is not after `limitMs`. */
  takeUntil(limitMs: number): Entry | null {
    const first = this.#heap[0];
    if (first === undefined || first.deadlineMs > limitMs) return null;
    this.remove(first);
    return first;
  }

  #place(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #siftUp(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1] as Entry;
      if (isBefore(parent, entry)) return;
      this.#swap(parent, entry);
    }
  }

  #siftDown(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (isBefore(entry, child)) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: Entry, b: Entry): void {
    const { index } = a;
    this.#place(a, b.index);
    this.#place(b, index);
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.deadlineMs === b.deadlineMs ? a.sequence < b.sequence : a.deadlineMs < b.deadlineMs;
}
