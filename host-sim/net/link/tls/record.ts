// Owns the shape of TLS records: heads as on the wire, and bodies of the right length. Refuses to know cryptography: what would be
// encrypted stands in the clear, and what would be a tag or a certificate is zeros.
//
//   type (1) ─ version 3.3 (2) ─ length of the body (2) ─ content ─ zeros

export const RecordType = { alert: 21, handshake: 22, data: 23 } as const;

export interface TlsRecord {
  readonly type: number;
  readonly body: Uint8Array;
}

export const RECORD_HEAD_BYTES = 5;
const VERSION = 3;

/** A record of `bytes` in all; `content` is shorter than that by a head at least. */
export function record(type: number, bytes: number, content: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes);
  const bodyBytes = bytes - RECORD_HEAD_BYTES;
  made[0] = type;
  made[1] = VERSION;
  made[2] = VERSION;
  made[3] = bodyBytes >> 8;
  made[4] = bodyBytes;
  made.set(content, RECORD_HEAD_BYTES);
  return made;
}

/** Puts records together from however the bytes come. */
export class RecordReader {
  #rest: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    if (this.#rest.length === 0) {
      this.#rest = bytes;
      return;
    }
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    this.#rest = joined;
  }

  /** The next that is complete. */
  next(): TlsRecord | null {
    const rest = this.#rest;
    if (rest.length < RECORD_HEAD_BYTES) return null;
    const end = RECORD_HEAD_BYTES + ((rest[3] as number) << 8) + (rest[4] as number);
    if (rest.length < end) return null;
    this.#rest = rest.subarray(end);
    return { type: rest[0] as number, body: rest.subarray(RECORD_HEAD_BYTES, end) };
  }
}
