// Owns the properties of MQTT 5 as a server may use them, read from the standard's table 2-4 and chapters and not from the client:
// which there are, and what is wrong with some bytes of them. Refuses to know packets beyond their names.

import { CloseReason } from "../../../layout.generated.ts";
import { isTopicName, isWellFormed } from "./topics.ts";

type Shape = "flag" | "u16" | "u32" | "varint" | "text" | "binary" | "pair";

/** A property, and the packets of a server in which it may stand. */
export interface PropertyRow {
  readonly id: number;
  readonly shape: Shape;
  readonly packets: readonly string[];
  /** 0 is a protocol error. */
  readonly isPositive?: true;
}

const REASONED = [
  "CONNACK",
  "PUBACK",
  "PUBREC",
  "PUBREL",
  "PUBCOMP",
  "SUBACK",
  "UNSUBACK",
  "DISCONNECT",
  "AUTH",
];

export const RESPONSE_TOPIC = 0x08;
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const SESSION_EXPIRY = 0x11;
export const AUTH_METHOD = 0x15;
const AUTH_DATA = 0x16;
const REASON_STRING = 0x1f;
export const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;

const row = (id: number, shape: Shape, ...packets: readonly string[]): PropertyRow => ({
  id,
  shape,
  packets,
});
const positive = (id: number, shape: Shape, ...packets: readonly string[]): PropertyRow => ({
  ...row(id, shape, ...packets),
  isPositive: true,
});

export const PROPERTY_ROWS: readonly PropertyRow[] = [
  row(0x01, "flag", "PUBLISH"),
  row(0x02, "u32", "PUBLISH"),
  row(0x03, "text", "PUBLISH"),
  row(RESPONSE_TOPIC, "text", "PUBLISH"),
  row(0x09, "binary", "PUBLISH"),
  positive(SUBSCRIPTION_IDENTIFIER, "varint", "PUBLISH"),
  row(SESSION_EXPIRY, "u32", "CONNACK", "DISCONNECT"),
  row(0x12, "text", "CONNACK"),
  row(0x13, "u16", "CONNACK"),
  row(AUTH_METHOD, "text", "CONNACK", "AUTH"),
  row(AUTH_DATA, "binary", "CONNACK", "AUTH"),
  row(0x17, "flag"),
  row(0x18, "u32"),
  row(0x19, "flag"),
  row(0x1a, "text", "CONNACK"),
  row(0x1c, "text", "CONNACK", "DISCONNECT"),
  row(REASON_STRING, "text", ...REASONED),
  positive(0x21, "u16", "CONNACK"),
  row(0x22, "u16", "CONNACK"),
  row(TOPIC_ALIAS, "u16", "PUBLISH"),
  ...[0x24, 0x25, 0x28, 0x29, 0x2a].map((id) => row(id, "flag", "CONNACK")),
  row(USER_PROPERTY, "pair", "PUBLISH", ...REASONED),
  positive(0x27, "u32", "CONNACK"),
];

/** What is wrong with a packet's properties, what they say, and what is behind them: null when that cannot be told. */
export interface PropertiesRead {
  readonly faults: ReadonlySet<CloseReason>;
  /** The value of each that stands there, the last one's. */
  readonly values: ReadonlyMap<number, Buffer>;
  readonly rest: Buffer | null;
}

/** Bytes of a variable byte integer and its value; null if it is cut short, never ends or is longer than it needs to be. */
function readVarint(bytes: Buffer): readonly [length: number, value: number] | null {
  const length = bytes.findIndex((byte) => byte < 128) + 1;
  if (length === 0 || length > 4 || (length > 1 && bytes[length - 1] === 0)) return null;
  return [length, bytes.subarray(0, length).reduce((value, byte, i) => value + (byte & 127) * 128 ** i, 0)];
}

function prefixed(bytes: Buffer): number | null {
  const end = bytes.length < 2 ? Number.POSITIVE_INFINITY : 2 + bytes.readUInt16BE(0);
  return end <= bytes.length ? end : null;
}

function text(bytes: Buffer): number | null {
  const end = prefixed(bytes);
  return end !== null && isWellFormed(bytes.subarray(2, end)) ? end : null;
}

/** Bytes of the value that `bytes` begin with; null if it is none. */
function extentOf(shape: Shape, bytes: Buffer): number | null {
  const fixed = { flag: 1, u16: 2, u32: 4, varint: 0, text: 0, binary: 0, pair: 0 }[shape];
  if (fixed > 0) return bytes.length < fixed ? null : fixed;
  if (shape === "varint") return readVarint(bytes)?.[0] ?? null;
  if (shape === "binary") return prefixed(bytes);
  const name = text(bytes);
  if (shape === "text" || name === null) return name;
  const value = text(bytes.subarray(name));
  return value === null ? null : name + value;
}

function rangeFault({ id, shape, isPositive }: PropertyRow, value: Buffer): CloseReason {
  if (shape === "flag" && (value[0] ?? 0) > 1) return CloseReason.BadPropertyValue;
  const isZero = value.every((byte) => byte === 0);
  if (isPositive && isZero) return CloseReason.BadPropertyValue;
  if (id === TOPIC_ALIAS && isZero) return CloseReason.BadTopicAlias;
  const isNoName = id === RESPONSE_TOPIC && !isTopicName(value.subarray(2));
  return isNoName ? CloseReason.BadPropertyValue : CloseReason.None;
}

function mayRepeat(id: number): boolean {
  return id === USER_PROPERTY || id === SUBSCRIPTION_IDENTIFIER;
}

/** Reads one property off the front; the rest of them, or null when reading cannot go on. */
function readOne(
  bytes: Buffer,
  packet: string,
  values: Map<number, Buffer>,
  faults: Set<CloseReason>,
): Buffer | null {
  const id = bytes[0] ?? 0;
  const known = PROPERTY_ROWS.find((candidate) => candidate.id === id);
  const isServers = !(packet === "DISCONNECT" && id === SESSION_EXPIRY);
  if (known?.packets.includes(packet) && !isServers) faults.add(CloseReason.BadPropertyValue);
  const extent = known?.packets.includes(packet) ? extentOf(known.shape, bytes.subarray(1)) : null;
  if (known === undefined || extent === null) {
    faults.add(CloseReason.BadProperties);
    return null;
  }
  const value = bytes.subarray(1, 1 + extent);
  const range = rangeFault(known, value);
  if (range !== CloseReason.None) faults.add(range);
  if (values.has(id) && !mayRepeat(id)) faults.add(CloseReason.BadPropertyValue);
  values.set(id, value);
  return bytes.subarray(1 + extent);
}

/** Reads the properties with which `bytes` begin, their length first. */
export function readProperties(bytes: Buffer, packet: string): PropertiesRead {
  const length = readVarint(bytes);
  const end = length === null ? Number.POSITIVE_INFINITY : length[0] + length[1];
  const faults = new Set<CloseReason>();
  const values = new Map<number, Buffer>();
  if (length === null || end > bytes.length)
    return { faults: faults.add(CloseReason.BadProperties), values, rest: null };
  let left: Buffer | null = bytes.subarray(length[0], end);
  while (left !== null && left.length > 0) left = readOne(left, packet, values, faults);
  if (values.has(AUTH_DATA) && !values.has(AUTH_METHOD)) faults.add(CloseReason.BadPropertyValue);
  return { faults, values, rest: bytes.subarray(end) };
}

/** Whether they say more of a problem than a client may have asked for. [MQTT5-3.1.2-29] */
export function tellProblem({ values }: PropertiesRead): boolean {
  return values.has(REASON_STRING) || values.has(USER_PROPERTY);
}
