// Writes one property after the other into bytes of the caller's, so that nobody has to know how they are encoded. It knows no
// packet: whether a property may stand where it is used is checked there.

import { Status } from "../client/status";
import { lengthBytes, MAX_REMAINING_LENGTH, writeLength, writeU16, writeU32 } from "./bytes";
import { Kind, kindOf, Property, TYPE_BITS } from "./property";
import { isString } from "./utf8";

const MAX_PREFIXED_BYTES: u32 = 65535;

function numberBytes(kind: u32, value: u32): u32 {
  if (kind == Kind.Flag) return value > 1 ? 0 : 1;
  if (kind == Kind.U16) return value > 65535 ? 0 : 2;
  if (kind == Kind.U32) return 4;
  return kind != Kind.Varint || value > MAX_REMAINING_LENGTH ? 0 : lengthBytes(value);
}

/** A property with a number. Answers the bytes that it took of the `room` at `to`, or ArgumentRange. */
export function writeNumberProperty(to: usize, room: u32, id: u32, value: u32): i32 {
  const kind: u32 = kindOf(id);
  const type: u32 = kind & TYPE_BITS;
  const bytes: u32 = numberBytes(type, value);
  if (bytes == 0 || bytes + 1 > room || ((kind & Kind.Positive) != 0 && value == 0))
    return Status.ArgumentRange;
  store<u8>(to, <u8>id);
  if (type == Kind.Flag) store<u8>(to + 1, <u8>value);
  else if (type == Kind.U16) writeU16(to + 1, value);
  else if (type == Kind.U32) writeU32(to + 1, value);
  else writeLength(to + 1, value);
  return <i32>(1 + bytes);
}

function writePrefixed(to: usize, from: usize, length: u32): void {
  writeU16(to, length);
  memory.copy(to + 2, from, length);
}

/** A property with a text or with bytes. [MQTT5-1.5.4-1] */
export function writeBytesProperty(to: usize, room: u32, id: u32, from: usize, length: u32): i32 {
  const type: u32 = kindOf(id) & TYPE_BITS;
  if (type != Kind.Text && type != Kind.Binary) return Status.ArgumentRange;
  if (length > MAX_PREFIXED_BYTES || length + 3 > room) return Status.ArgumentRange;
  if (type == Kind.Text && !isString(from, length)) return Status.BadUtf8;
  store<u8>(to, <u8>id);
  writePrefixed(to + 1, from, length);
  return <i32>(3 + length);
}

/** A user property. */
export function writePairProperty(
  to: usize,
  room: u32,
  name: usize,
  nameLength: u32,
  value: usize,
  valueLength: u32,
): i32 {
  if (nameLength > MAX_PREFIXED_BYTES || valueLength > MAX_PREFIXED_BYTES) return Status.ArgumentRange;
  if (nameLength + valueLength + 5 > room) return Status.ArgumentRange;
  if (!isString(name, nameLength) || !isString(value, valueLength)) return Status.BadUtf8; // [MQTT5-1.5.7-1]
  store<u8>(to, <u8>Property.UserProperty);
  writePrefixed(to + 1, name, nameLength);
  writePrefixed(to + 3 + nameLength, value, valueLength);
  return <i32>(5 + nameLength + valueLength);
}
