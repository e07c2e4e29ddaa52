// Owns bytes that wait, in the pieces they came in. Refuses to know what for.

/** Node's own pool for small buffers has this size. */
const SLAB_BYTES = 8192;
const NOTHING = new Uint8Array(0);

let slab = NOTHING.buffer;
let slabUsed = 0;

/** A view of fresh memory: a small one shares its buffer with others, because a buffer costs ten times what a view does. */
function fresh(length: number): Uint8Array {
  if (length > SLAB_BYTES / 2) return new Uint8Array(length);
  if (slabUsed + length > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    slabUsed = 0;
  }
  const view = new Uint8Array(slab, slabUsed, length);
  slabUsed += length;
  return view;
}

/** What it gives out stays as it is, for as long as anybody keeps it. */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = [];
  /** How much of the first piece was dropped. */
  #dropped = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies them. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const piece = fresh(bytes.length);
    piece.set(bytes);
    this.#pieces.push(piece);
    this.#length += bytes.length;
  }

  /** What lies `offset` bytes from the front, at most `length` of it. */
  peek(offset: number, length: number): Uint8Array {
    let index = 0;
    let from = this.#dropped + offset;
    for (; index < this.#pieces.length; index++) {
      const piece = this.#pieces[index] as Uint8Array;
      if (from < piece.length) break;
      from -= piece.length;
    }
    const first = this.#pieces[index];
    if (first === undefined) return NOTHING;
    // Most often one write is one segment.
    if (from === 0 && first.length === length) return first;
    if (from + length <= first.length) return first.subarray(from, from + length);
    return this.#gather(index, from, Math.min(length, this.#length - offset));
  }

  drop(length: number): void {
    this.#length -= length;
    this.#dropped += length;
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (this.#dropped < first.length) return;
      this.#dropped -= first.length;
      this.#pieces.shift();
    }
  }

  /** From `from` in the piece at `index` on. */
  #gather(index: number, from: number, length: number): Uint8Array {
    const gathered = fresh(length);
    let at = 0;
    for (let i = index, start = from; at < length; i++, start = 0) {
      const piece = this.#pieces[i] as Uint8Array;
      const end = Math.min(piece.length, start + length - at);
      gathered.set(piece.subarray(start, end), at);
      at += end - start;
    }
    return gathered;
  }
}
