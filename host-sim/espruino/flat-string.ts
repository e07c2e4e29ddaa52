// Owns Espruino's texts that share their bytes with an array: what is written to the array is read from the text. Knows no
// interpreter.

/** As many bytes at least make a text of this kind; a shorter one is a plain text. */
export const FLAT_FROM_BYTES = 64;

export class FlatString {
  readonly buffer: ArrayBuffer;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.buffer = Uint8Array.from(bytes).buffer;
    this.#bytes = new Uint8Array(this.buffer);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** A copy of the bytes as they are now. */
  substr(at: number, length: number = this.length - at): string {
    return latin1(this.#bytes.subarray(at, at + length));
  }

  toString(): string {
    return this.substr(0);
  }
}

/** A text of Espruino's is bytes. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Throws a TypeError for a text that no Espruino could hold. */
export function bytesOf(value: unknown): Uint8Array {
  if (typeof value === "string") return bytesOfText(value);
  if (value instanceof FlatString) return new Uint8Array(value.buffer);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return Uint8Array.from(value);
  if (Object.prototype.toString.call(value) === "[object ArrayBuffer]")
    return new Uint8Array(value as ArrayBuffer);
  throw new TypeError(`no bytes: ${String(value)}`);
}

function bytesOfText(text: string): Uint8Array {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255) throw new TypeError(`a text of Espruino's is bytes: "${text[i]}" is none`);
  }
  return Buffer.from(text, "latin1");
}
