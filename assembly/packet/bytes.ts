// Numbers in packets: two or four bytes, most significant first, and the variable byte integer of lengths. It knows no packet.

/** The largest Remaining Length there is: four bytes of seven bits. */
export const MAX_REMAINING_LENGTH: u32 = 268435455;
const MAX_VARINT_BYTES: u32 = 4;

export function readU16(at: usize): u32 {
  return ((<u32>load<u8>(at)) << 8) | <u32>load<u8>(at + 1);
}

export function writeU16(at: usize, value: u32): void {
  store<u8>(at, <u8>(value >> 8));
  store<u8>(at + 1, <u8>(value & 255));
}

export function readU32(at: usize): u32 {
  return (readU16(at) << 16) | readU16(at + 2);
}

export function writeU32(at: usize, value: u32): void {
  writeU16(at, value >> 16);
  writeU16(at + 2, value & 65535);
}

/** Bytes of the variable byte integer at `at`, of which `available` are there: 0 if it is cut short, -1 if it never ends. */
export function varintBytes(at: usize, available: u32): i32 {
  for (let i: u32 = 0; i < MAX_VARINT_BYTES; i++) {
    if (i >= available) return 0;
    if (load<u8>(at + i) < 128) return <i32>i + 1;
  }
  return -1;
}

/** Whether it takes more bytes than it needs. [MQTT5-1.5.5-1] */
export function isVarintLong(at: usize, bytes: u32): bool {
  return bytes > 1 && load<u8>(at + bytes - 1) == 0;
}

/** The value of the variable byte integer of `bytes` bytes at `at`. */
export function varintValue(at: usize, bytes: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < bytes; i++) value |= (<u32>load<u8>(at + i) & 127) << (i * 7);
  return value;
}

/** Bytes that `writeLength` would take for it. */
export function lengthBytes(value: u32): u32 {
  if (value < 128) return 1;
  if (value < 16384) return 2;
  return value < 2097152 ? 3 : 4;
}

/** Writes a variable byte integer in as few bytes as hold it, and answers how many. [MQTT5-1.5.5-1] */
export function writeLength(at: usize, value: u32): u32 {
  if (value > 127) return writeLongLength(at, value);
  store<u8>(at, <u8>value);
  return 1;
}

function writeLongLength(at: usize, value: u32): u32 {
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
