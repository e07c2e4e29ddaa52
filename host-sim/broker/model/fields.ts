// Owns where the fields of a packet lie and how numbers and text are read from them. Refuses to know what they mean.

export function u16At(frame: Uint8Array, at: number): number {
  return ((frame[at] as number) << 8) | (frame[at + 1] as number);
}

/** The end of a field that begins with two bytes of length, or -1 when there is not so much. */
export function fieldEnd(frame: Uint8Array, at: number): number {
  if (at + 2 > frame.length) return -1;
  const end = at + 2 + u16At(frame, at);
  return end > frame.length ? -1 : end;
}

export function textAt(frame: Uint8Array, from: number, to: number): string {
  return Buffer.from(frame.buffer, frame.byteOffset + from, to - from).toString();
}
