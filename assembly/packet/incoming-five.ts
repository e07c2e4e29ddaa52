// What MQTT 5 adds to an incoming PUBLISH: properties behind the packet id, an alias in place of the topic, and a limit to how
// many come at once. It answers nothing.

import { addressOf, Client } from "../client/block";
import { Five, fiveOf, Lack } from "../client/five";
import { CloseReason } from "../client/status";
import { owedFinals } from "../session/acks";
import { learnAlias, missAlias, textOfAlias } from "../session/aliases";
import { isKnown } from "../session/inbound";
import { textLength, wireText } from "../session/texts";
import { varintBytes, varintValue } from "./bytes";
import { findProperty, propertyNumber } from "./properties";
import { Property } from "./property";
import { readProperties } from "./tail";
import { Packet } from "./types";

/** The topic of the message at hand is that of `alias`. Without it no name is known, which then is this client's fault, or the peer's protocol error: 3.3.4. */
function recallAlias(c: Client, alias: u32): CloseReason {
  const text: u32 = textOfAlias(c, alias);
  if (text == 0) return fiveOf(c).lacks & Lack.AliasRoom ? CloseReason.None : CloseReason.BadPropertyValue;
  c.eventTopicAt = wireText(c, text) + 2;
  c.eventTopicLength = <u16>textLength(c, text);
  return CloseReason.None;
}

function takeAlias(c: Client): CloseReason {
  const five: Five = fiveOf(c);
  const at: usize = addressOf(c, five.propertiesAt);
  const before: u32 = findProperty(at, five.propertiesLength, Property.TopicAlias);
  // a name, or an alias for it: one must be there
  if (before == five.propertiesLength)
    return c.eventTopicLength == 0 ? CloseReason.BadPropertyValue : CloseReason.None;
  const alias: u32 = propertyNumber(at + before);
  if (alias > five.aliasMax) return CloseReason.BadTopicAlias; // [MQTT5-3.1.2-26] [MQTT5-3.1.2-27]
  if (c.eventTopicLength == 0) return recallAlias(c, alias);
  learnAlias(c, alias, c.eventTopicAt, c.eventTopicLength); // [MQTT5-3.3.2-10]
  return CloseReason.None;
}

/** Reads the properties at offset `offset` of the block, of which with the payload `left` bytes follow. */
export function readPublishProperties(c: Client, offset: u32, left: u32): CloseReason {
  const fault: CloseReason = readProperties(c, offset, left, Packet.Publish);
  return fault == CloseReason.None ? takeAlias(c) : fault;
}

/** Bytes that properties take with their length, of which `available` are there: 0 if the length is cut short, -1 if it is none. */
export function propertiesExtent(c: Client, offset: u32, available: u32): i32 {
  const at: usize = addressOf(c, offset);
  const digits: i32 = varintBytes(at, available);
  return digits <= 0 ? digits : digits + <i32>varintValue(at, <u32>digits);
}

/** The properties fit nowhere: an alias among them is not learned. */
export function skipProperties(c: Client): void {
  fiveOf(c).propertiesLength = 0;
  if (fiveOf(c).aliasMax > 0) missAlias(c);
}

/** Whether a message at this QoS and id is one more than this client allowed. Those that the session brought along are not counted anew. */
export function isOneTooMany(c: Client, qos: u32, packetId: u32): bool {
  if (qos == 0 || (qos == 2 && isKnown(c, packetId))) return false;
  const known: u32 = c.inboundCount;
  if (known + c.ackCount < c.inboundCapacity) return false;
  const old: u32 = min<u32>(fiveOf(c).oldIds, known);
  return known - old + owedFinals(c) >= c.inboundCapacity; // [MQTT5-3.3.4-9]
}
