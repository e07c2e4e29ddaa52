// Owns which properties of MQTT 5 a client may send in which packet, and what their bytes may be. Refuses to know what they do.

import { u16At } from "./fields.ts";
import type { Breach } from "./statements.ts";
import { Type } from "./strict-head.ts";
import { ANY_TEXT, textBreach } from "./strict-text.ts";

type Kind = "flag" | "byte" | "u16" | "u32" | "varint" | "text" | "pair" | "binary";

interface Property {
  readonly kind: Kind;
  readonly in: readonly number[];
  /** Whether 0 is out of range. */
  readonly isPositive: boolean;
  readonly isRepeatable: boolean;
}

/** The properties of a will stand in CONNECT, and are not CONNECT's. */
export const WILL_PROPERTIES = 16;

const { Connect, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Unsubscribe, Disconnect, Auth } = Type;
const CONTENT = [Publish, WILL_PROPERTIES];
const ANSWERED = [Puback, Pubrec, Pubrel, Pubcomp, Disconnect, Auth];
const EVERYWHERE = [Connect, ...CONTENT, ...ANSWERED, Subscribe, Unsubscribe];

/** MQTT 5, table 2-4; those that only a server sends are not in it. */
const PROPERTIES: ReadonlyMap<number, Property> = new Map([
  [0x01, property("flag", CONTENT)],
  [0x02, property("u32", CONTENT)],
  [0x03, property("text", CONTENT)],
  [0x08, property("text", CONTENT)],
  [0x09, property("binary", CONTENT)],
  // a subscription identifier in a PUBLISH is judged by its own statement
  [0x0b, property("varint", [Publish, Subscribe], { isPositive: true })],
  [0x11, property("u32", [Connect, Disconnect])],
  [0x15, property("text", [Connect, Auth])],
  [0x16, property("binary", [Connect, Auth])],
  [0x17, property("flag", [Connect])],
  [0x18, property("u32", [WILL_PROPERTIES])],
  [0x19, property("flag", [Connect])],
  [0x1f, property("text", ANSWERED)],
  [0x21, property("u16", [Connect], { isPositive: true })],
  [0x22, property("u16", [Connect])],
  [0x23, property("u16", [Publish])],
  [0x26, property("pair", EVERYWHERE, { isRepeatable: true })],
  [0x27, property("u32", [Connect], { isPositive: true })],
]);

/** Where what follows the properties begins, or what is wrong with them. `owner` null is CONNECT. */
export function propertiesEnd(frame: Uint8Array, at: number, owner: number | null): number | Breach {
  const length = varint(frame, at, frame.length);
  if (typeof length === "string") return length;
  const end = length.end + length.value;
  if (end > frame.length) return "malformed";
  if (end === length.end) return end;
  const seen = new Set<number>();
  let from = length.end;
  while (from < end) {
    const id = frame[from] as number;
    const known = PROPERTIES.get(id);
    if (known === undefined || !known.in.includes(owner ?? Connect)) return "propertyForeign";
    if (seen.has(id) && !known.isRepeatable) return "propertyRepeated";
    seen.add(id);
    const next = valueEnd(frame, from + 1, end, known);
    if (typeof next === "string") return next;
    from = next;
  }
  return end;
}

function valueEnd(
  frame: Uint8Array,
  at: number,
  end: number,
  { kind, isPositive }: Property,
): number | Breach {
  switch (kind) {
    case "flag":
    case "byte":
      return numberEnd(frame, at, end, 1, kind === "flag" ? 1 : 255, false);
    case "u16":
      return numberEnd(frame, at, end, 2, 0xffff, isPositive);
    case "u32":
      return numberEnd(frame, at, end, 4, 0xffff_ffff, isPositive);
    case "varint": {
      const read = varint(frame, at, end);
      if (typeof read === "string") return read;
      return read.value === 0 && isPositive ? "propertyValue" : read.end;
    }
    case "binary":
      return bytesEnd(frame, at, end);
    case "text":
      return stringEnd(frame, at, end);
    case "pair": {
      const name = stringEnd(frame, at, end);
      return typeof name === "string" ? name : stringEnd(frame, name, end);
    }
  }
}

function numberEnd(
  frame: Uint8Array,
  at: number,
  end: number,
  size: number,
  most: number,
  isPositive: boolean,
): number | Breach {
  if (at + size > end) return "malformed";
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + (frame[i] as number);
  return value > most || (value === 0 && isPositive) ? "propertyValue" : at + size;
}

function bytesEnd(frame: Uint8Array, at: number, end: number): number | Breach {
  if (at + 2 > end) return "malformed";
  const next = at + 2 + u16At(frame, at);
  return next > end ? "malformed" : next;
}

function stringEnd(frame: Uint8Array, at: number, end: number): number | Breach {
  const next = bytesEnd(frame, at, end);
  if (typeof next === "string") return next;
  return textBreach(frame, at + 2, next, ANY_TEXT) ?? next;
}

/** [MQTT5-1.5.5-1] */
function varint(frame: Uint8Array, at: number, end: number): { value: number; end: number } | Breach {
  let value = 0;
  for (let digits = 0; digits < 4; digits++) {
    const byte = frame[at + digits];
    if (byte === undefined || at + digits >= end) return "malformed";
    value += (byte & 127) * 128 ** digits;
    if (byte < 128) return byte === 0 && digits > 0 ? "lengthNotLeast" : { value, end: at + digits + 1 };
  }
  return "malformed";
}

function property(
  kind: Kind,
  where: readonly number[],
  more: Partial<Pick<Property, "isPositive" | "isRepeatable">> = {},
): Property {
  return { kind, in: where, isPositive: false, isRepeatable: false, ...more };
}
