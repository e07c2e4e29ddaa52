// XON and XOFF: the board's word on when to stop sending. Knows these two bytes; not what is sent.

const XON = 0x11;
const XOFF = 0x13;

export interface Received {
  /** Without the two. */
  readonly bytes: Buffer;
  /** Whether the board wants no more for now; null when it did not say. */
  readonly held: boolean | null;
}

export function takeFlowBytes(chunk: Buffer): Received {
  const last = chunk.findLast((byte) => byte === XON || byte === XOFF);
  if (last === undefined) return { bytes: chunk, held: null };
  return { bytes: chunk.filter((byte) => byte !== XON && byte !== XOFF) as Buffer, held: last === XOFF };
}
