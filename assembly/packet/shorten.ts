// A packet of MQTT 5 that is larger than the receive buffer, and no PUBLISH: what it says for people, its reason string and user
// properties, is left out as it comes, until the rest fits and is read like any other. It knows nothing of what the rest means.
//
//   head ─ fixed part ─ length of the properties ─ those that stay ─ │streamHead│ ─ those not looked at yet ─ codes
//
// All that lies before `streamHead` stays as it came until the last property was looked at; then the lengths are written anew.
// `eventTotal`, which no message needs meanwhile, counts the bytes that were not looked at; `bodyLeft` what is left of a text
// that is left out.

import { addressOf, Client } from "../client/block";
import { breakOff } from "../client/closing";
import { CloseReason } from "../client/status";
import { lengthBytes, readU16, varintBytes, varintValue, writeLength } from "./bytes";
import { ReceiveMode } from "./incoming";
import { valueBytes } from "./properties";
import { belongsIn, kindOf, Property } from "./property";
import { Packet } from "./types";
import { sequenceLength } from "./utf8";

const LENGTH_BYTES: u32 = 2;
/** The longest character. */
const CHARACTER_BYTES: u32 = 4;
/** In place of the id of a property of which all is left out. */
const NOTHING: u8 = 0;

/** Where byte `i` of the receive buffer is. */
function addressAt(c: Client, i: u32): usize {
  return addressOf(c, c.receiveAt + i);
}

/** Type of the packet, which lies at the front of the buffer. */
function typeOf(c: Client): u32 {
  return load<u8>(addressAt(c, 0)) >> 4;
}

function headBytes(c: Client): u32 {
  return 1 + lengthBytes(c.remaining);
}

/** Bytes between the fixed header and the properties. */
function fixedBytes(type: u32): u32 {
  if (type == Packet.Disconnect || type == Packet.Auth) return 1;
  return type == Packet.Connack || type == Packet.Suback || type == Packet.Unsuback ? 2 : 3;
}

/** Where the properties' length stands in the buffer, and where they begin. */
function lengthAt(c: Client): u32 {
  return headBytes(c) + fixedBytes(typeOf(c));
}

function propertiesStart(c: Client): u32 {
  return lengthAt(c) + <u32>varintBytes(addressAt(c, lengthAt(c)), 4);
}

/** Bytes behind the properties. */
function codeBytes(c: Client): u32 {
  const start: u32 = propertiesStart(c);
  return headBytes(c) + c.remaining - start - varintValue(addressAt(c, lengthAt(c)), start - lengthAt(c));
}

/** The packet at the front of the buffer, of which the fixed header was read, is too large for it. */
export function beginShortening(c: Client): void {
  const available: u32 = c.receiveEnd - c.receiveStart;
  memory.copy(addressAt(c, 0), addressAt(c, c.receiveStart), available);
  c.receiveStart = 0;
  c.receiveEnd = available;
  const at: u32 = lengthAt(c);
  const digits: i32 = at < available ? varintBytes(addressAt(c, at), available - at) : 0;
  if (digits == 0) return;
  const start: u32 = digits < 0 ? 0 : at + <u32>digits;
  const length: u32 = digits < 0 ? 0 : varintValue(addressAt(c, at), <u32>digits);
  if (digits < 0 || length > headBytes(c) + c.remaining - start) {
    breakOff(c, CloseReason.BadProperties);
    return;
  }
  c.streamHead = start;
  c.bodyLeft = 0;
  c.eventTotal = length;
  c.receiveMode = <u8>ReceiveMode.Shorten;
}

/** Takes `bytes` at `at` out of the buffer. */
function remove(c: Client, at: u32, bytes: u32): void {
  memory.copy(addressAt(c, at), addressAt(c, at + bytes), c.receiveEnd - at - bytes);
  c.receiveEnd -= bytes;
}

/** Bytes of the whole characters at the start of the text that is left out; -1 for what is no character. */
function wholeCharacters(c: Client, at: u32): i32 {
  const available: u32 = min<u32>(c.receiveEnd - at, c.bodyLeft);
  let i: u32 = 0;
  while (i < available) {
    const bytes: u32 = sequenceLength(addressAt(c, at + i), available - i);
    if (bytes == 0) {
      const isCut: bool = available < c.bodyLeft && available - i < CHARACTER_BYTES;
      return isCut ? <i32>i : -1;
    }
    i += bytes;
  }
  return <i32>i;
}

/** Leaves out what is there of a text, whose property's id stays in front of it until then. */
function leaveOut(c: Client): void {
  const at: u32 = c.streamHead;
  const bytes: i32 = wholeCharacters(c, at + 1);
  if (bytes < 0) {
    breakOff(c, CloseReason.BadProperties); // [MQTT5-1.5.4-1] [MQTT5-1.5.4-2]
    return;
  }
  remove(c, at + 1, <u32>bytes);
  c.bodyLeft -= <u32>bytes;
  if (c.bodyLeft > 0) return;
  if (load<u8>(addressAt(c, at)) == NOTHING) remove(c, at, 1);
  c.receiveMode = <u8>ReceiveMode.Shorten;
}

/** Begins to leave out the text behind the id at the cursor. Of a user property the value is left, as if it were a reason string. */
function beginLeavingOut(c: Client, id: u32): void {
  const at: u32 = c.streamHead;
  if (c.receiveEnd - at < 1 + LENGTH_BYTES) return;
  const length: u32 = readU16(addressAt(c, at + 1));
  const isPair: bool = id == Property.UserProperty;
  const taken: u32 = LENGTH_BYTES + length + (isPair ? 0 : 1);
  if (taken > c.eventTotal) {
    breakOff(c, CloseReason.BadProperties);
    return;
  }
  c.eventTotal -= taken;
  store<u8>(addressAt(c, at), isPair ? <u8>Property.ReasonString : NOTHING);
  remove(c, at + 1, LENGTH_BYTES);
  c.bodyLeft = length;
  c.receiveMode = <u8>ReceiveMode.ShortenText;
}

/** Moves the cursor behind a property that stays, once it is there whole. */
function keep(c: Client, id: u32): void {
  const available: u32 = min<u32>(c.receiveEnd - c.streamHead, c.eventTotal);
  const bytes: u32 = valueBytes(addressAt(c, c.streamHead + 1), available - 1, kindOf(id));
  if (bytes > 0) {
    c.streamHead += 1 + bytes;
    c.eventTotal -= 1 + bytes;
  } else if (available == c.eventTotal) {
    breakOff(c, CloseReason.BadProperties);
  } else if (c.receiveEnd == c.receiveCapacity) {
    breakOff(c, CloseReason.PacketTooLarge);
  }
}

/** Every property was looked at: the packet is made one that says its own length. */
function finish(c: Client): void {
  const type: u32 = typeOf(c);
  const from: u32 = headBytes(c);
  const kept: u32 = c.streamHead - propertiesStart(c);
  const fixed: u32 = fixedBytes(type);
  const remaining: u32 = fixed + lengthBytes(kept) + kept + codeBytes(c);
  const start: u32 = c.streamHead - kept - lengthBytes(kept) - fixed - 1 - lengthBytes(remaining);
  if (1 + lengthBytes(remaining) + remaining > c.receiveCapacity) {
    breakOff(c, CloseReason.PacketTooLarge);
    return;
  }
  const first: u8 = load<u8>(addressAt(c, 0));
  const behind: u32 = start + 1 + lengthBytes(remaining);
  memory.copy(addressAt(c, behind), addressAt(c, from), fixed);
  writeLength(addressAt(c, behind + fixed), kept);
  writeLength(addressAt(c, start + 1), remaining);
  store<u8>(addressAt(c, start), first);
  c.receiveStart = start;
  c.receiveMode = <u8>ReceiveMode.Packet;
}

function isShortening(c: Client): bool {
  return c.receiveMode == ReceiveMode.Shorten || c.receiveMode == ReceiveMode.ShortenText;
}

/** Looks at the next property. */
function look(c: Client): void {
  if (c.eventTotal == 0) {
    finish(c);
    return;
  }
  if (c.receiveEnd == c.streamHead) return;
  const id: u32 = load<u8>(addressAt(c, c.streamHead));
  if (!belongsIn(id, typeOf(c))) breakOff(c, CloseReason.BadProperties);
  else if (id == Property.ReasonString || id == Property.UserProperty) beginLeavingOut(c, id);
  else keep(c, id);
}

/** Goes on as far as bytes have come. */
export function shorten(c: Client): void {
  let moved: bool = true;
  while (moved && isShortening(c)) {
    const at: u32 = c.streamHead;
    const mode: u32 = c.receiveMode;
    if (mode == ReceiveMode.ShortenText) leaveOut(c);
    else look(c);
    moved = c.streamHead != at || c.receiveMode != mode;
  }
}
