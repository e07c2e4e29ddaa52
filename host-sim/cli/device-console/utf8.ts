// Owns whether bytes are a text. Knows nothing of where they come from.

/** null for bytes that are not UTF-8: as text they would not come back the same. */
export function asUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
