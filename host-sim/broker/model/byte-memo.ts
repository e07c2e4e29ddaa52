// Owns values that are remembered by the bytes they were made from: devices say the same few things again and again. Refuses to
// know what the values are.

interface Entry<Value> {
  readonly bytes: Uint8Array;
  readonly value: Value;
}

/** Two for each of several thousand devices; past it all are forgotten, and remembered anew. */
const MOST_ENTRIES = 16_384;

/** What a device says often is short; a stranger's largest packets are not to be kept. */
const MOST_BYTES = 1024;

/** The values are shared by all who find them: nobody may change one. */
export class ByteMemo<Value> {
  readonly #byDigest = new Map<number, Entry<Value>>();

  /** What was kept for the same bytes as those in [from, to), or null. */
  find(bytes: Uint8Array, from: number, to: number): Value | null {
    const entry = this.#byDigest.get(digestOf(bytes, from, to));
    return entry !== undefined && isSame(entry.bytes, bytes, from, to) ? entry.value : null;
  }

  /** Other bytes of the same digest are forgotten for it; long ones are not kept. */
  keep(bytes: Uint8Array, from: number, to: number, value: Value): void {
    if (to - from > MOST_BYTES) return;
    if (this.#byDigest.size === MOST_ENTRIES) this.#byDigest.clear();
    this.#byDigest.set(digestOf(bytes, from, to), {
      bytes: Uint8Array.from(bytes.subarray(from, to)),
      value,
    });
  }
}

/** FNV-1a. */
function digestOf(bytes: Uint8Array, from: number, to: number): number {
  let digest = 0x811c9dc5;
  for (let i = from; i < to; i++) digest = Math.imul(digest ^ (bytes[i] as number), 0x01000193);
  return digest;
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}
