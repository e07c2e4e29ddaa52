// Owns how a reading's number is read from what was published. Refuses to know the rest of it.

const SEQ_AT = '{"seq":'.length;
const DIGIT_0 = 48;

/** The number that the firmware gives a reading. Read by hand: this is asked once a message. */
export function seqIn(payload: string): number | null {
  if (!payload.startsWith('{"seq":')) return null;
  let seq = 0;
  let at = SEQ_AT;
  for (; at < payload.length; at += 1) {
    const digit = payload.charCodeAt(at) - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    seq = seq * 10 + digit;
  }
  return at > SEQ_AT && payload[at] === "," ? seq : null;
}
