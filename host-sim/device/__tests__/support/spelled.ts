// Owns how a test spells packets that 3.1.1 and 5 have in common, byte by byte. Knows nothing of what they mean.
//
//   32 00 01 "t" 00 01 {00} "x"     the first byte, and what is behind the remaining length, which is counted. In braces is what
//                                   only 5 has: a length of properties, for instance.

import assert from "node:assert/strict";
import { packetBytes, type Version } from "./notation.ts";

/** The bytes of these packets one after the other, in hexadecimal digits. */
export function spelled(version: Version, ...packets: readonly string[]): string {
  return packets
    .map((packet) => digitsOf(packet.replaceAll(/\{([^}]*)\}/g, version === 5 ? "$1" : "")))
    .join("");
}

function digitsOf(packet: string): string {
  const bytes = packetBytes(`hex ${packet}`);
  assert.ok(bytes.length <= 128, "the remaining length of a spelled packet is one byte");
  return Buffer.concat([bytes.subarray(0, 1), Buffer.of(bytes.length - 1), bytes.subarray(1)]).toString(
    "hex",
  );
}
