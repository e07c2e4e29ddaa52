// Owns packets spelled out byte by byte, so that they can be wrong in every way. Refuses to know what is wrong with them.

import { generate, type Packet } from "mqtt-packet";
import type { Version } from "../../message.ts";

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

/** With its length before it; bytes are taken as they are. */
export function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([u16(bytes.length), bytes]);
}

/** A fixed header for what follows, which must be short. */
export function frame(first: number, ...parts: readonly (Uint8Array | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : part)));
  return Buffer.concat([Buffer.from([first, body.length]), body]);
}

/** A CONNECT whose flags and payload are given; in 5 without properties. */
export function connect(flags: number, payload: readonly Uint8Array[], version: Version = 4): Buffer {
  const name = field(version === 3 ? "MQIsdp" : "MQTT");
  const properties = version === 5 ? [Buffer.from([0])] : [];
  return frame(0x10, name, version, flags, u16(0), ...properties, ...payload);
}

export function packet(content: Packet, version: Version = 4): Buffer {
  return generate(content, { protocolVersion: version });
}

/** Well-formed but for one thing: half a surrogate pair, which UTF-8 does not have. */
export const SURROGATE = Buffer.from([0x61, 0xed, 0xa0, 0x80]);
export const WITH_NUL = Buffer.from([0x61, 0x00, 0x62]);
export const NOT_UTF8 = Buffer.from([0xc3, 0x28]);
