// Owns what a sniffer on the device's side of the link would have caught of a recorded run. Refuses to know files.

import { Buffer } from "node:buffer";
import type { SegmentSeen, Timed } from "../happening.ts";
import { pcapRecord } from "./pcap-file.ts";
import { type Socket, tcpPacketBytes } from "./tcp-packet.ts";

export type RecordedSegment = Timed & SegmentSeen & { readonly device: number };

/** The run's start: 2026-01-01T00:00:00Z. A simulated run has no date, and tools want one. */
const EPOCH_SECONDS = 1_767_225_600;

const BROKER: Socket = { address: 0x0aff0001, port: 1883 };
const DEVICES = 0x0a000000;
/** RFC 6335: the ports that nobody is assigned. */
const FIRST_PORT = 49_152;
const PORTS = 16_384;
const WINDOW_MAX = 65_535;

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

/**
 * Its record, or null for what is not seen from the device: what it sent is seen at its sending, and also if it was lost then;
 * what was sent to it only when it arrives.
 */
export function captured(segment: RecordedSegment): Buffer | null {
  if (segment.fate !== (segment.way === "up" ? "sent" : "arrived")) return null;
  return pcapRecord(EPOCH_SECONDS * 1_000_000 + Math.round(segment.atMs * 1000), packetOf(segment));
}

function packetOf(segment: RecordedSegment): Buffer {
  const { way, connection, window: room, payload } = segment;
  const flags = bitsOf(segment.flags);
  const device = socketOf(segment);
  const [from, to] = way === "up" ? [device, BROKER] : [BROKER, device];
  const deviceStart = firstSequenceNumber(connection, 0x9e3779b1);
  const brokerStart = firstSequenceNumber(connection, 0x85ebca6b);
  const [ours, theirs] = way === "up" ? [deviceStart, brokerStart] : [brokerStart, deviceStart];
  return tcpPacketBytes({
    from,
    to,
    // a recording counts the stream's bytes from 0; on the wire a SYN comes before them and counts as one
    seq: ((flags & 2) !== 0 ? ours : ours + 1 + segment.seq) >>> 0,
    ack: (flags & 16) === 0 ? 0 : (theirs + 1 + segment.ack) >>> 0,
    flags,
    window: Math.min(room, WINDOW_MAX),
    payload: Buffer.from(payload, "hex"),
  });
}

/** Device 1 is 10.0.0.1, device 256 is 10.0.1.0; each connection has the next port, as long as there are any. */
function socketOf({ device, connection }: RecordedSegment): Socket {
  return { address: DEVICES + device, port: FIRST_PORT + ((connection - 1) % PORTS) };
}

/** Another one for each connection, so that one which reuses a port is not taken for the old one. */
function firstSequenceNumber(connection: number, factor: number): number {
  return Math.imul(connection, factor) >>> 0;
}

function bitsOf(flags: string): number {
  let bits = 0;
  for (const flag of flags) bits |= FLAG_BITS[flag] ?? 0;
  return bits;
}
