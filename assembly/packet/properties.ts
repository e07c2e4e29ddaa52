// The properties of a packet of MQTT 5: whether they may stand there, and the way from one to the next. It knows nothing of what
// they do.
//
//   length, a variable byte integer ─ id ─ value ─ id ─ value ─ …

import { CloseReason } from "../client/status";
import { isVarintLong, readU16, varintBytes, varintValue } from "./bytes";
import { belongsIn, Kind, kindOf, Property, TYPE_BITS } from "./property";
import { checkTopicName } from "./topic";
import { Packet } from "./types";
import { isString } from "./utf8";

/** Bytes of two bytes of length and what they count, 0 if that is not there. */
function prefixedBytes(at: usize, left: u32): u32 {
  if (left < 2) return 0;
  const bytes: u32 = 2 + readU16(at);
  return bytes > left ? 0 : bytes;
}

/** The same of a string. [MQTT5-1.5.4-1] [MQTT5-1.5.4-2] [MQTT5-3.3.2-13] [MQTT5-3.3.2-19] */
function textBytes(at: usize, left: u32): u32 {
  const bytes: u32 = prefixedBytes(at, left);
  return bytes > 0 && isString(at + 2, bytes - 2) ? bytes : 0;
}

/** [MQTT5-1.5.7-1] */
function pairBytes(at: usize, left: u32): u32 {
  const name: u32 = textBytes(at, left);
  if (name == 0) return 0;
  const value: u32 = textBytes(at + name, left - name);
  return value == 0 ? 0 : name + value;
}

function numberBytes(kind: u32): u32 {
  if (kind == Kind.Flag) return 1;
  return kind == Kind.U16 ? 2 : 4;
}

/** Bytes of the value at `at`, of which `left` are there; 0 if it is none of its kind. */
export function valueBytes(at: usize, left: u32, kind: u32): u32 {
  const type: u32 = kind & TYPE_BITS;
  if (type == Kind.Text) return textBytes(at, left);
  if (type == Kind.Binary) return prefixedBytes(at, left);
  if (type == Kind.Pair) return pairBytes(at, left);
  if (type == Kind.Varint) {
    const bytes: i32 = varintBytes(at, left);
    return bytes <= 0 || isVarintLong(at, <u32>bytes) ? 0 : <u32>bytes;
  }
  const bytes: u32 = numberBytes(type);
  return bytes > left ? 0 : bytes;
}

/** The number of a property whose value of `bytes` bytes is at `at`; a varint's too. */
function numberAt(at: usize, bytes: u32, kind: u32): u32 {
  if ((kind & TYPE_BITS) == Kind.Varint) return varintValue(at, bytes);
  let value: u32 = 0;
  for (let i: u32 = 0; i < bytes; i++) value = (value << 8) | <u32>load<u8>(at + i);
  return value;
}

function isInRange(at: usize, bytes: u32, kind: u32): bool {
  if ((kind & TYPE_BITS) == Kind.Flag) return load<u8>(at) < 2;
  if (kind & Kind.Positive) return numberAt(at, bytes, kind) > 0;
  // [MQTT5-3.3.2-14]
  return (kind & Kind.TopicName) == 0 || checkTopicName(at + 2, bytes - 2) == 0;
}

/** Whether one who sends this packet may put this property there: table 2-4 does not tell the two sides apart. */
function isSenders(id: u32, type: u32, isOurs: bool): bool {
  if (type == Packet.Publish && id == Property.SubscriptionIdentifier) return !isOurs; // [MQTT5-3.3.4-6]
  if (type != Packet.Disconnect) return true;
  return isOurs ? id != Property.ServerReference : id != Property.SessionExpiry; // [MQTT5-3.14.2-2]
}

/** What is wrong with the property at `at`, of which with what follows it `left` bytes are there. */
function propertyFault(at: usize, left: u32, type: u32, isOurs: bool): CloseReason {
  const id: u32 = load<u8>(at);
  if (!belongsIn(id, type)) return CloseReason.BadProperties;
  if (!isSenders(id, type, isOurs)) return CloseReason.BadPropertyValue;
  const kind: u32 = kindOf(id);
  const bytes: u32 = valueBytes(at + 1, left - 1, kind);
  if (bytes == 0) return CloseReason.BadProperties;
  if (isInRange(at + 1, bytes, kind)) return CloseReason.None;
  return id == Property.TopicAlias ? CloseReason.BadTopicAlias : CloseReason.BadPropertyValue;
}

function mayRepeat(id: u32, type: u32): bool {
  // one SUBSCRIBE has one identifier; a message brings those of all that match [MQTT5-3.3.4-4]
  return (kindOf(id) & <u32>Kind.Repeatable) != 0 && (id == Property.UserProperty || type == Packet.Publish);
}

/** Bytes of the checked property at `at`, its id among them. */
export function propertyBytes(at: usize): u32 {
  return 1 + valueBytes(at + 1, 0xffffffff, kindOf(load<u8>(at)));
}

/** What is wrong with the `length` bytes of properties at `at` in a packet of this type; `isOurs`: one that this client sends. */
export function propertiesFault(at: usize, length: u32, type: u32, isOurs: bool): CloseReason {
  let low: u32 = 0; // a bit for each id below 32 that stood there, and for each above
  let high: u32 = 0;
  let i: u32 = 0;
  while (i < length) {
    const fault: CloseReason = propertyFault(at + i, length - i, type, isOurs);
    if (fault != CloseReason.None) return fault;
    const id: u32 = load<u8>(at + i);
    const bit: u32 = (<u32>1) << (id & 31);
    if (((id < 32 ? low : high) & bit) != 0 && !mayRepeat(id, type)) return CloseReason.BadPropertyValue;
    if (id < 32) low |= bit;
    else high |= bit;
    i += propertyBytes(at + i);
  }
  const methodBit: u32 = (<u32>1) << (<u32>Property.AuthMethod);
  const dataBit: u32 = (<u32>1) << (<u32>Property.AuthData);
  // data of no method: nobody could tell what it is
  return (low & dataBit) != 0 && (low & methodBit) == 0 ? CloseReason.BadPropertyValue : CloseReason.None;
}

/** The first property with this id among the `length` checked bytes at `at`: how many bytes lie before it, or `length` if there is none. */
export function findProperty(at: usize, length: u32, id: u32): u32 {
  let i: u32 = 0;
  while (i < length && load<u8>(at + i) != id) i += propertyBytes(at + i);
  return i;
}

/** The number of the checked property at `at`. */
export function propertyNumber(at: usize): u32 {
  return numberAt(at + 1, propertyBytes(at) - 1, kindOf(load<u8>(at)));
}
