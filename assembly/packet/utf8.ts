// Whether bytes are a string that MQTT allows. It knows nothing of topics.

/** Length of the well-formed UTF-8 sequence at `at`, 0 when it is none. Unicode 15, table 3-7: no overlong forms, surrogates or values over 10FFFF. */
export function sequenceLength(at: usize, left: u32): u32 {
  const lead: u32 = load<u8>(at);
  if (lead < 0x80) return lead == 0 ? 0 : 1; // [MQTT3-1.5.3-2] [MQTT5-1.5.4-2]
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length: u32 = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > left) return 0;

  const second: u32 = load<u8>(at + 1);
  const lowest: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  // [MQTT3-1.5.3-1] [MQTT5-1.5.4-1] ED A0.. are the surrogates
  const highest: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;

  for (let i: u32 = 2; i < length; i++) {
    if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/** Well-formed UTF-8 without U+0000. EF BB BF is a character like any other. [MQTT3-1.5.3-3] [MQTT5-1.5.4-3] */
export function isString(at: usize, length: u32): bool {
  let i: u32 = 0;
  while (i < length) {
    const byte: u32 = load<u8>(at + i);
    const bytes: u32 = byte > 0 && byte < 0x80 ? 1 : sequenceLength(at + i, length - i);
    if (bytes == 0) return false;
    i += bytes;
  }
  return true;
}
