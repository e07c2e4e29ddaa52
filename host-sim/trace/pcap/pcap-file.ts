// Owns the classic capture file as tcpdump and Wireshark read it. Refuses to know what is in a packet.

import { Buffer } from "node:buffer";

/** https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-06.html: time stamps in microseconds, numbers as this file writes them. */
const MAGIC = 0xa1b2c3d4;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
const LINKTYPE_RAW = 101;
const SNAP_BYTES = 65_535;

/** What stands before the first packet: each packet begins with its IP header. */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(VERSION_MAJOR, 4);
  header.writeUInt16LE(VERSION_MINOR, 6);
  header.writeUInt32LE(SNAP_BYTES, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return header;
}

/** `atMicroseconds` counts from 1970, and is below 2^32 seconds. */
export function pcapRecord(atMicroseconds: number, packet: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(atMicroseconds / 1_000_000), 0);
  head.writeUInt32LE(atMicroseconds % 1_000_000, 4);
  head.writeUInt32LE(packet.length, 8);
  head.writeUInt32LE(packet.length, 12);
  return Buffer.concat([head, packet]);
}
