// Owns mqtt-packet's parsers, one a version for all connections: making one takes longer than to read a hundred packets. Refuses
// to know whose packet it is.

import { type Packet, type Parser, parser } from "mqtt-packet";
import type { Version } from "./message.ts";

interface Shared {
  readonly parser: Parser;
  /** Of the packet that is being read. */
  parsed: Packet | null;
  hasFailed: boolean;
}

const shared = new Map<Version, Shared>();

/** Null when mqtt-packet refuses it. A frame is one whole packet, so nothing of it is left in the parser for the next. */
export function readWhole(frame: Uint8Array, version: Version): Packet | null {
  const of = shared.get(version) ?? makeShared(version);
  of.parsed = null;
  of.parser.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.length));
  if (!of.hasFailed && of.parsed !== null) return of.parsed;
  // what a parser is after a failure, nobody promises
  shared.delete(version);
  return null;
}

function makeShared(version: Version): Shared {
  const of: Shared = { parser: parser({ protocolVersion: version }), parsed: null, hasFailed: false };
  of.parser.on("packet", (packet) => {
    of.parsed = packet;
  });
  of.parser.on("error", () => {
    of.hasFailed = true;
  });
  shared.set(version, of);
  return of;
}
