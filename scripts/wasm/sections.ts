// Owns the outermost layer of a WebAssembly binary: its sections and the limits of its memories. Reads no code.

/** Section numbers of the WebAssembly core specification, as far as a check asks for them. */
export const Section = { Custom: 0, Import: 2, Memory: 5, Start: 8, Code: 10 } as const;

export interface SectionBytes {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export interface MemoryLimits {
  readonly minimumPages: number;
  /** Undefined when the memory may grow without bound. */
  readonly maximumPages: number | undefined;
}

const HEADER_BYTES = 8;
const HAS_MAXIMUM = 1;

/** The sections in file order. `wasm` must be a valid module. */
export function sectionsOf(wasm: Uint8Array): readonly SectionBytes[] {
  const cursor = { wasm, at: HEADER_BYTES };
  const sections: SectionBytes[] = [];
  while (cursor.at < wasm.length) {
    const id = byteOf(cursor);
    const length = unsignedOf(cursor);
    sections.push({ id, bytes: wasm.subarray(cursor.at, cursor.at + length) });
    cursor.at += length;
  }
  return sections;
}

/** The memories that the module itself declares; imported ones are not among them. */
export function memoriesOf(wasm: Uint8Array): readonly MemoryLimits[] {
  const section = sectionsOf(wasm).find(({ id }) => id === Section.Memory);
  if (section === undefined) return [];
  const cursor = { wasm: section.bytes, at: 0 };
  return Array.from({ length: unsignedOf(cursor) }, () => {
    const flags = byteOf(cursor);
    const minimumPages = unsignedOf(cursor);
    return { minimumPages, maximumPages: flags & HAS_MAXIMUM ? unsignedOf(cursor) : undefined };
  });
}

interface Cursor {
  readonly wasm: Uint8Array;
  at: number;
}

function byteOf(cursor: Cursor): number {
  const byte = cursor.wasm[cursor.at++];
  if (byte === undefined) throw new RangeError("a WebAssembly section ends too early");
  return byte;
}

/** An unsigned LEB128 of at most 32 bits. */
function unsignedOf(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = byteOf(cursor);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
}
