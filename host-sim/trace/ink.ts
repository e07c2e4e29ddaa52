// Owns lines of text as the bytes that they are hashed and kept as, put together in place: strings put together of a dozen
// pieces each took longer than the client. Refuses to know what the lines say.

import { quoted } from "./values.ts";

const QUOTE = 34;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;
const LAST_PRINTABLE = 126;

const BILLION = 1e9;
const BILLION_DIGITS = 9;
/** Of the integers up to 2^53. */
const MOST_DIGITS = 16;

/** UTF-8 that grows at its end. */
export class Ink {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Valid until more is written. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  textFrom(from: number): string {
    return this.#bytes.toString("utf8", from, this.#length);
  }

  /** Takes back what was written after `length`. */
  cut(length: number): void {
    this.#length = length;
  }

  /** ASCII alone. */
  ascii(text: string): void {
    this.#makeRoom(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i += 1) bytes[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  /** UTF-8; what is always the same costs half as much this way. */
  bytes(written: Uint8Array): void {
    this.#makeRoom(written.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < written.length; i += 1) bytes[at++] = written[i] as number;
    this.#length = at;
  }

  /** As JavaScript writes it. */
  number(value: number): void {
    // -0 is written as 0 is
    if (Number.isSafeInteger(value)) this.#integer(value);
    else this.ascii(String(value));
  }

  flag(value: boolean): void {
    this.ascii(value ? "true" : "false");
  }

  /** Milliseconds, not negative, with three decimals. */
  milliseconds(value: number): void {
    const thousandths = Math.round(value * 1000);
    const whole = Math.floor(thousandths / 1000);
    this.#makeRoom(MOST_DIGITS + 1);
    this.#natural(whole);
    this.#put(POINT);
    this.#digits(thousandths - whole * 1000, 3);
  }

  /** Any text, from anybody, as `quoted` has it. */
  quoted(text: string): void {
    this.#makeRoom(2 * text.length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE) return this.#utf8(quoted(text));
      if (code === QUOTE || code === BACKSLASH) bytes[at++] = BACKSLASH;
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  #integer(value: number): void {
    this.#makeRoom(MOST_DIGITS + 1);
    if (value < 0) this.#put(MINUS);
    this.#natural(Math.abs(value));
  }

  /** In two parts, as V8 reckons fast with small integers alone. */
  #natural(value: number): void {
    const billions = Math.floor(value / BILLION);
    if (billions === 0) {
      this.#digits(value, digitsOf(value));
      return;
    }
    this.#digits(billions, digitsOf(billions));
    this.#digits(value - billions * BILLION, BILLION_DIGITS);
  }

  /** The last `count` digits of less than a billion. */
  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at -= 1) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  #utf8(text: string): void {
    this.#makeRoom(Buffer.byteLength(text));
    this.#length += this.#bytes.write(text, this.#length);
  }

  #put(code: number): void {
    this.#bytes[this.#length] = code;
    this.#length += 1;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.written);
    this.#bytes = larger;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}
