// Owns the order of things to come: by time, then by insertion. Refuses to know what the present is.

const GONE = -1;

/** What `add` answers. It takes itself out of the queue: an own object to do so would be one more for each event. */
class Entry {
  readonly deadlineMs: number;
  readonly sequence: number;
  readonly run: () => void;
  /** Where it sits in the heap, or `GONE`: a cancelled one leaves at once, so none pile up. */
  index = GONE;
  readonly #queue: EventQueue;

  constructor(queue: EventQueue, deadlineMs: number, sequence: number, run: () => void) {
    this.#queue = queue;
    this.deadlineMs = deadlineMs;
    this.sequence = sequence;
    this.run = run;
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
    this.#heap.push(entry);
    this.#siftUp(entry, this.#heap.length - 1);
    return entry;
  }

  remove(entry: Entry): void {
    if (entry.index === GONE) return;
    const last = this.#heap.pop() as Entry;
    if (last !== entry) this.#siftDown(last, this.#siftUp(last, entry.index));
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

  /** From a hole at `hole` to where the entry belongs among those above. */
  #siftUp(entry: Entry, hole: number): number {
    let index = hole;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above] as Entry;
      if (isBefore(parent, entry)) break;
      this.#place(parent, index);
      index = above;
    }
    this.#place(entry, index);
    return index;
  }

  #siftDown(entry: Entry, hole: number): void {
    let index = hole;
    for (;;) {
      const below = this.#childOf(index);
      if (below === GONE) break;
      const child = this.#heap[below] as Entry;
      if (isBefore(entry, child)) break;
      this.#place(child, index);
      index = below;
    }
    this.#place(entry, index);
  }

  /** The earlier of two. */
  #childOf(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    const { length } = this.#heap;
    if (left >= length) return GONE;
    return right < length && isBefore(this.#heap[right] as Entry, this.#heap[left] as Entry) ? right : left;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.deadlineMs === b.deadlineMs ? a.sequence < b.sequence : a.deadlineMs < b.deadlineMs;
}
