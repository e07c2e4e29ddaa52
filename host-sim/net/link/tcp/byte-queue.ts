// Owns bytes that wait, in one growing buffer. Refuses to know what for.

const FIRST_CAPACITY = 1024;
const NOTHING = new Uint8Array(0);

export class ByteQueue {
  #buffer: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** A copy of what lies `offset` bytes from the front, at most `length` of it. */
  copy(offset: number, length: number): Uint8Array {
    const from = this.#start + offset;
    return this.#buffer.slice(from, Math.min(from + length, this.#end));
  }

  drop(length: number): void {
    this.#start += length;
  }

  #makeRoom(needed: number): void {
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    const hasRoom = this.length + needed <= this.#buffer.length;
    const target = hasRoom
      ? this.#buffer
      : new Uint8Array(Math.max(FIRST_CAPACITY, 2 * (this.length + needed)));
    target.set(waiting);
    this.#buffer = target;
    this.#end = this.length;
    this.#start = 0;
  }
}
