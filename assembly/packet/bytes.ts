// Numbers in packets: two bytes, most significant first, and the variable byte integer of Remaining Length. It knows no packet.

/** The largest Remaining Length there is: four bytes of seven bits. */
export const MAX_REMAINING_LENGTH: u32 = 268435455;

export function readU16(at: usize): u32 {
  return ((<u32>load<u8>(at)) << 8) | <u32>load<u8>(at + 1);
}

export function writeU16(at: usize, value: u32): void {
  store<u8>(at, <u8>(value >> 8));
  store<u8>(at + 1, <u8>(value & 255));
}

/** Writes a variable byte integer in as few bytes as hold it, and answers how many. [MQTT5-1.5.5-1] */
export function writeLength(at: usize, value: u32): u32 {
  let bytes: u32 = 0;
  let left: u32 = value;
  while (left > 127) {
    store<u8>(at + bytes, <u8>((left & 127) | 128));
    left >>= 7;
    bytes += 1;
  }
  store<u8>(at + bytes, <u8>left);
  return bytes + 1;
}
