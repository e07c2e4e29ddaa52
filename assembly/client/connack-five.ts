// CONNACK of MQTT 5: what the broker says of itself, which holds for this connection alone. What becomes of the session is
// connack.ts.

import { readU16 } from "../packet/bytes";
import { findProperty, propertyBytes, propertyNumber } from "../packet/properties";
import { Kind, kindOf, Property, TYPE_BITS } from "../packet/property";
import { isReason, Reason } from "../packet/reason-codes";
import { takeProperties } from "../packet/tail";
import { sameText } from "../packet/topic";
import { Packet } from "../packet/types";
import { forgetAliases } from "../session/aliases";
import { Option } from "../session/entry-state";
import { addText, TextKind, textAddress, textLength } from "../session/texts";
import { hadAnswer } from "./answer";
import { addressOf, Client } from "./block";
import { beginClosing, breakOff } from "./closing";
import { accept } from "./connack";
import { fallBack } from "./fallback";
import { Five, fiveOf, Lack, speaksFive } from "./five";
import { CloseReason, Event } from "./status";

const OLD_REFUSAL_BYTES: u32 = 2;
const OLD_BAD_VERSION: u32 = 1;
const MAX_ALIASES: u32 = 255;

/** PUBLISHes above QoS 0 that may be sent before one is acknowledged. [MQTT5-4.9.0-1] */
export function quotaMax(c: Client): u16 {
  return speaksFive(c) ? fiveOf(c).quotaMax : c.window;
}

/** What holds when the broker says nothing. */
function assumeUsual(c: Client, five: Five): void {
  five.quotaMax = c.window;
  five.serverPacketMax = 0;
  five.serverAliasMax = 0; // [MQTT5-3.2.2-18]
  five.aliasCount = 0;
  five.lacks = 0;
  five.oldIds = c.inboundCount;
  forgetAliases(c);
}

function noteLack(five: Five, lack: Lack, isAvailable: u32): void {
  if (isAvailable == 0) five.lacks |= <u8>lack;
}

/** [MQTT5-3.1.3-7] The client id that the broker chose is this client's from now on. */
function adoptClientId(c: Client, at: usize): CloseReason {
  const text: i32 = addText(c, at + 3, readU16(at + 1), TextKind.String);
  if (text < 0) return CloseReason.NoRoomForClientId;
  c.clientId = <u16>text;
  return CloseReason.None;
}

function learnNumber(c: Client, five: Five, id: u32, value: u32): void {
  if (id == Property.ServerKeepAlive)
    c.keepAliveMs = value * 1000; // [MQTT5-3.1.2-21] [MQTT5-3.2.2-21]
  else if (id == Property.ReceiveMaximum) five.quotaMax = <u16>min<u32>(value, c.window);
  else if (id == Property.MaximumPacketSize) five.serverPacketMax = value;
  else if (id == Property.TopicAliasMaximum) five.serverAliasMax = <u8>min<u32>(value, MAX_ALIASES);
  else if (id == Property.MaximumQos)
    five.lacks |= <u8>(value == 0 ? <u32>Lack.Qos1 | <u32>Lack.Qos2 : <u32>Lack.Qos2);
  else if (id == Property.RetainAvailable) noteLack(five, Lack.Retain, value);
  else if (id == Property.WildcardAvailable) noteLack(five, Lack.Wildcards, value);
  else if (id == Property.SubscriptionIdentifierAvailable) noteLack(five, Lack.Identifiers, value);
  else if (id == Property.SharedAvailable) noteLack(five, Lack.Shared, value);
}

/** Takes in the checked properties of a CONNACK that accepts. */
function learn(c: Client): CloseReason {
  const five: Five = fiveOf(c);
  assumeUsual(c, five);
  const at: usize = addressOf(c, five.propertiesAt);
  let i: u32 = 0;
  while (i < five.propertiesLength) {
    const id: u32 = load<u8>(at + i);
    if (id == Property.AssignedClientId) {
      const fault: CloseReason = adoptClientId(c, at + i);
      if (fault != CloseReason.None) return fault;
    } else if ((kindOf(id) & TYPE_BITS) < <u32>Kind.Text) {
      learnNumber(c, five, id, propertyNumber(at + i));
    }
    i += propertyBytes(at + i);
  }
  return CloseReason.None;
}

/** The authentication method at `at` among `length` bytes of properties is CONNECT's, or there is none in either. [MQTT5-4.12.0-5] [MQTT5-4.12.0-6] */
export function isAgreedMethod(c: Client, at: usize, length: u32): bool {
  const here: u32 = findProperty(at, length, Property.AuthMethod);
  const ours: u32 = fiveOf(c).connectProperties;
  if (ours == 0) return here == length;
  const from: usize = textAddress(c, ours);
  const there: u32 = findProperty(from, textLength(c, ours), Property.AuthMethod);
  if (here == length || there == textLength(c, ours)) return here == length && there == textLength(c, ours);
  return sameText(at + here, propertyBytes(at + here), from + there, propertyBytes(from + there));
}

/** A will that the broker does not take is lowered for the connections to come, if its caller allows it. */
function lowerWill(c: Client, code: u32): void {
  if ((c.willOptions & Option.MayLower) == 0) return;
  if (code == Reason.RetainNotSupported) c.willOptions &= ~(<u16>Option.Retain);
  if (code == Reason.QosNotSupported && (c.willOptions & Option.QosMask) != 0) c.willOptions -= 1;
}

function readRefusal(c: Client, code: u32): i32 {
  if (code == Reason.UnsupportedVersion) return fallBack(c, code);
  lowerWill(c, code);
  c.eventCode = <u8>code;
  beginClosing(c, CloseReason.Refused, false);
  return Event.Refused;
}

/** A refusal as 3.1.1 has it comes from a broker that does not know what 5 is. */
function readOldRefusal(c: Client, flags: u32, code: u32): i32 {
  if (flags != 0 || code != OLD_BAD_VERSION) return breakOff(c, CloseReason.BadLength);
  hadAnswer(c);
  return fallBack(c, code);
}

/** A CONNACK whose variable header is at offset `offset` of the block. */
export function readConnackOfFive(c: Client, offset: u32, nowMs: u32): i32 {
  const flags: u32 = load<u8>(addressOf(c, offset));
  const code: u32 = load<u8>(addressOf(c, offset + 1));
  if (c.remaining == OLD_REFUSAL_BYTES) return readOldRefusal(c, flags, code);
  if (flags > 1 || !isReason(Packet.Connack, code)) return breakOff(c, CloseReason.BadConnack); // [MQTT5-3.2.2-1] [MQTT5-3.2.2-8]
  if (code != 0 && flags != 0) return breakOff(c, CloseReason.BadConnack); // [MQTT5-3.2.2-6]
  const fault: CloseReason = takeProperties(c, offset + 2, c.remaining - 2, Packet.Connack);
  if (fault != CloseReason.None) return breakOff(c, fault);
  hadAnswer(c);
  fiveOf(c).reason = <u8>code;
  if (code != 0) return readRefusal(c, code);
  if (!isAgreedMethod(c, addressOf(c, fiveOf(c).propertiesAt), fiveOf(c).propertiesLength))
    return breakOff(c, CloseReason.BadAuthentication);
  const refusal: CloseReason = learn(c);
  return refusal == CloseReason.None ? accept(c, flags == 1, nowMs) : breakOff(c, refusal);
}
