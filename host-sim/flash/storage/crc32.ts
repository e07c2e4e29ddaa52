// The checksum that the interpreter has built in as E.CRC32. Knows bytes only.

const REVERSED_POLYNOMIAL = 0xedb88320;

/** CRC-32 as in zip, PNG and Ethernet; unsigned. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (REVERSED_POLYNOMIAL & -(crc & 1));
  }
  return ~crc >>> 0;
}
