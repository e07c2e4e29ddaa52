// Bytes as a string literal that the interpreter reads back as the same bytes. Knows its syntax; not what the bytes mean.

const PLAIN = /^[\x20-\x7e]$/;

/** Nothing in it is a control character: those mean something to the console. */
export function literalOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\") text += `\\${character}`;
    else if (PLAIN.test(character)) text += character;
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${text}"`;
}
