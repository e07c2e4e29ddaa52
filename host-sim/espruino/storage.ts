// Owns Espruino's Storage: files in flash, which outlive the interpreter. Knows nothing of what is in them.

import { bytesOf, latin1 } from "./flat-string.ts";

const LONGEST_NAME = 28;
const UNWRITTEN = 255;
/** Of a file, before its bytes. */
const HEADER_BYTES = 32;

export class Storage {
  readonly #files = new Map<string, Uint8Array>();
  readonly #totalBytes: number;
  /** Files that were created: flash wears. */
  filesWritten = 0;

  constructor(totalBytes = 196_608) {
    this.#totalBytes = totalBytes;
  }

  read(name: string, offset = 0, length?: number): string | undefined {
    const file = this.#files.get(name);
    return file && latin1(file.subarray(offset, length === undefined ? undefined : offset + length));
  }

  readArrayBuffer(name: string): ArrayBuffer | undefined {
    const file = this.#files.get(name);
    return file && Uint8Array.from(file).buffer;
  }

  readJSON(name: string, noExceptions?: boolean): unknown {
    const text = this.read(name);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      if (noExceptions) return undefined;
      throw error;
    }
  }

  /** An object becomes JSON. At an offset it writes into a file that is there: bits go from 1 to 0, never back. */
  write(name: string, data: unknown, offset = 0, size = 0): boolean {
    if (name.length === 0 || name.length > LONGEST_NAME) throw new Error(`no name of a file: "${name}"`);
    const isObject =
      typeof data === "object" && data !== null && !ArrayBuffer.isView(data) && !Array.isArray(data);
    const bytes = bytesOf(isObject && !("length" in data) ? JSON.stringify(data) : data);
    return offset > 0 ? this.#writeInto(name, bytes, offset) : this.#create(name, bytes, size);
  }

  erase(name: string): void {
    this.#files.delete(name);
  }

  eraseAll(): void {
    this.#files.clear();
  }

  list(): readonly string[] {
    return [...this.#files.keys()];
  }

  getFree(): number {
    let used = 0;
    for (const file of this.#files.values()) used += HEADER_BYTES + file.length;
    return this.#totalBytes - used;
  }

  #create(name: string, bytes: Uint8Array, size: number): boolean {
    const file = new Uint8Array(Math.max(size, bytes.length)).fill(UNWRITTEN);
    file.set(bytes);
    this.#files.delete(name);
    if (this.getFree() < HEADER_BYTES + file.length) return false;
    this.#files.set(name, file);
    this.filesWritten++;
    return true;
  }

  #writeInto(name: string, bytes: Uint8Array, offset: number): boolean {
    const file = this.#files.get(name);
    if (file === undefined || offset + bytes.length > file.length) return false;
    for (const [i, byte] of bytes.entries()) file[offset + i] = (file[offset + i] ?? 0) & byte;
    return true;
  }
}
