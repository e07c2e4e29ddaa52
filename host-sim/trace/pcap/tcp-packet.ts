// Owns the bytes of an IPv4 packet with one TCP segment in it. Refuses to know whose it is.

import { Buffer } from "node:buffer";

export interface Socket {
  /** As 32 bits, the first number of the dotted ones on top. */
  readonly address: number;
  readonly port: number;
}

export interface TcpPacket {
  readonly from: Socket;
  readonly to: Socket;
  /** Absolute, in 32 bits; so is `ack`. */
  readonly seq: number;
  readonly ack: number;
  /** Bits of RFC 9293: FIN is 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
  readonly window: number;
  readonly payload: Uint8Array;
}

const IP_BYTES = 20;
const TCP_BYTES = 20;
const TCP_PROTOCOL = 6;
const DONT_FRAGMENT = 0x4000;
const TIME_TO_LIVE = 64;

/** RFC 791 and RFC 9293, both without options, both checksums right. */
export function tcpPacketBytes(packet: TcpPacket): Buffer {
  const { from, to, payload } = packet;
  const bytes = Buffer.alloc(IP_BYTES + TCP_BYTES + payload.length);
  bytes[0] = 0x45;
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(DONT_FRAGMENT, 6);
  bytes[8] = TIME_TO_LIVE;
  bytes[9] = TCP_PROTOCOL;
  bytes.writeUInt32BE(from.address, 12);
  bytes.writeUInt32BE(to.address, 16);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, IP_BYTES), 0), 10);
  writeTcp(bytes.subarray(IP_BYTES), packet);
  const pseudoHeader = sumOf(bytes.subarray(12, IP_BYTES)) + TCP_PROTOCOL + TCP_BYTES + payload.length;
  bytes.writeUInt16BE(checksum(bytes.subarray(IP_BYTES), pseudoHeader), IP_BYTES + 16);
  return bytes;
}

function writeTcp(bytes: Buffer, { from, to, seq, ack, flags, window: room, payload }: TcpPacket): void {
  bytes.writeUInt16BE(from.port, 0);
  bytes.writeUInt16BE(to.port, 2);
  bytes.writeUInt32BE(seq, 4);
  bytes.writeUInt32BE(ack, 8);
  bytes[12] = (TCP_BYTES / 4) << 4;
  bytes[13] = flags;
  bytes.writeUInt16BE(room, 14);
  bytes.set(payload, TCP_BYTES);
}

/** RFC 1071. */
function checksum(bytes: Buffer, begun: number): number {
  let sum = begun + sumOf(bytes);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  return bytes.length % 2 === 0 ? sum : sum + (bytes[bytes.length - 1] as number) * 256;
}
