// What MQTT 5 puts into the server's packets besides what 3.1.1 has: properties, and the reason code of an acknowledgement. It
// keeps where they are for whoever looks at the event.

import { addressOf, Client } from "../client/block";
import { Five, fiveOf } from "../client/five";
import { CloseReason } from "../client/status";
import { textAddress, textLength } from "../session/texts";
import { isVarintLong, varintBytes, varintValue } from "./bytes";
import { findProperty, propertiesFault, propertyNumber } from "./properties";
import { Property } from "./property";
import { isReason } from "./reason-codes";
import { Packet } from "./types";

/** Whether CONNECT asked not to be told about problems. */
function wantsSilence(c: Client): bool {
  const text: u32 = fiveOf(c).connectProperties;
  if (text == 0) return false;
  const at: usize = textAddress(c, text);
  const length: u32 = textLength(c, text);
  const request: u32 = findProperty(at, length, Property.RequestProblemInformation);
  return request < length && propertyNumber(at + request) == 0;
}

/** Whether the properties of this packet, which were read last, tell about problems all the same. [MQTT5-3.1.2-29] */
function breaksSilence(c: Client, type: u32): bool {
  if (type == Packet.Publish || type == Packet.Connack || type == Packet.Disconnect) return false;
  const length: u32 = fiveOf(c).propertiesLength;
  if (length == 0 || !wantsSilence(c)) return false;
  const at: usize = addressOf(c, fiveOf(c).propertiesAt);
  if (findProperty(at, length, Property.ReasonString) < length) return true;
  return findProperty(at, length, Property.UserProperty) < length;
}

/**
 * Reads the properties that begin at offset `offset` of the block with their length, and takes no more than `left` bytes. What
 * is behind them begins at `propertiesAt + propertiesLength`.
 */
export function readProperties(c: Client, offset: u32, left: u32, type: u32): CloseReason {
  const at: usize = addressOf(c, offset);
  const digits: i32 = varintBytes(at, left);
  if (digits <= 0 || isVarintLong(at, <u32>digits)) return CloseReason.BadProperties;
  const length: u32 = varintValue(at, <u32>digits);
  if (length > left - <u32>digits) return CloseReason.BadProperties;
  const five: Five = fiveOf(c);
  five.propertiesAt = offset + <u32>digits;
  five.propertiesLength = length;
  let fault: CloseReason = propertiesFault(at + <u32>digits, length, type, false);
  if (fault == CloseReason.None && breaksSilence(c, type)) fault = CloseReason.BadPropertyValue;
  if (fault != CloseReason.None) five.propertiesLength = 0;
  return fault;
}

/** Offset, from the block, of what is behind the properties that were read last. */
export function behindProperties(c: Client): u32 {
  return fiveOf(c).propertiesAt + fiveOf(c).propertiesLength;
}

/** The same of properties with which the packet ends. */
export function takeProperties(c: Client, offset: u32, left: u32, type: u32): CloseReason {
  const fault: CloseReason = readProperties(c, offset, left, type);
  if (fault != CloseReason.None) return fault;
  return behindProperties(c) == offset + left ? CloseReason.None : CloseReason.BadLength;
}

/** Reads reason code and properties, which a packet may leave out from its end: they are `left` bytes. */
export function readTail(c: Client, offset: u32, left: u32, type: u32): CloseReason {
  const five: Five = fiveOf(c);
  five.reason = 0;
  five.propertiesLength = 0;
  if (left == 0) return CloseReason.None;
  five.reason = load<u8>(addressOf(c, offset));
  if (!isReason(type, five.reason)) return CloseReason.BadReasonCode;
  return left == 1 ? CloseReason.None : takeProperties(c, offset + 1, left - 1, type);
}
