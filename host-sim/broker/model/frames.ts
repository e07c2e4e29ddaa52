// Owns the cutting of a stream of bytes into whole packets. Refuses to know what a packet says.

import type { Breach } from "./statements.ts";

export interface FrameHandlers {
  /** The whole packet, and where what follows its remaining length begins. The bytes may be kept. */
  onFrame(frame: Uint8Array, bodyAt: number): void;
  /** What follows cannot be cut: nothing more is told. */
  onBreach(breach: Breach): void;
}

const LENGTH_BYTES_MAX = 4;

export class Frames {
  readonly #handlers: FrameHandlers;
  readonly #maximumBytes: number;
  /** Whether a length must take no more bytes than it needs: MQTT 5 says so, 3.1.1 does not. */
  readonly #wantsLeast: () => boolean;
  /** Bytes that are no whole packet yet, or are not asked for yet. */
  #parts: Uint8Array[] = [];
  #have = 0;
  /** How many bytes the packet at the front has, as far as is known. */
  #need = 2;
  #bodyAt = 0;
  #isHeld = false;
  #isOver = false;

  constructor(handlers: FrameHandlers, maximumBytes: number, wantsLeast: () => boolean) {
    this.#handlers = handlers;
    this.#maximumBytes = maximumBytes;
    this.#wantsLeast = wantsLeast;
  }

  read(chunk: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#have === 0 && !this.#isHeld) return this.#cut(chunk);
    this.#keep(chunk);
    if (!this.#isHeld && this.#have >= this.#need) this.#cut(this.#take());
  }

  /** No packet until `resume`, not even one that has come already. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    if (!this.#isOver && this.#have > 0) this.#cut(this.#take());
  }

  /** Nothing more is told. */
  end(): void {
    this.#isOver = true;
    this.#parts = [];
    this.#have = 0;
  }

  #cut(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isHeld && !this.#isOver && this.#measure(bytes, at)) {
      const end = at + this.#need;
      this.#need = 2;
      // nearly every chunk is one packet, and of a short one a copy takes less than a view
      const frame = end - at === bytes.length ? bytes : bytes.slice(at, end);
      at = end;
      this.#handlers.onFrame(frame, this.#bodyAt);
    }
    if (!this.#isOver && at < bytes.length) this.#keep(bytes.subarray(at));
  }

  /** Whether a whole packet lies there; else how much one needs is known better than before. */
  #measure(bytes: Uint8Array, at: number): boolean {
    let length = 0;
    let unit = 1;
    for (let digits = 0; digits < LENGTH_BYTES_MAX; digits++) {
      const lengthAt = at + 1 + digits;
      if (lengthAt >= bytes.length) {
        this.#need = digits + 2;
        return false;
      }
      const byte = bytes[lengthAt] as number;
      length += (byte & 127) * unit;
      unit *= 128;
      if (byte < 128) return this.#settle(bytes.length - at, digits + 2, length, byte === 0 && digits > 0);
    }
    this.#fail("lengthMalformed");
    return false;
  }

  #settle(available: number, bodyAt: number, length: number, isLong: boolean): boolean {
    this.#bodyAt = bodyAt;
    this.#need = bodyAt + length;
    if (this.#need > this.#maximumBytes) this.#fail("tooLarge");
    else if (isLong && this.#wantsLeast()) this.#fail("lengthNotLeast");
    return !this.#isOver && available >= this.#need;
  }

  #fail(breach: Breach): void {
    this.end();
    this.#handlers.onBreach(breach);
  }

  #keep(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#have += bytes.length;
  }

  #take(): Uint8Array {
    const [first] = this.#parts;
    const all = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#have = 0;
    return all;
  }
}
