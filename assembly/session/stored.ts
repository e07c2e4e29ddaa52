// How a message lies in the outbox, from its place on. It knows nothing of sending.
//
//   [topic length ─ topic] ─ [expires at] ─ [properties length ─ properties] ─ payload
//
// The topic is there unless it is a prepared one. Expires at is the second of the client's own count from which the message is
// of no use, in four bytes; the properties are the caller's without it.

import { addressOf, Client, Entry } from "../client/block";
import { Five, fiveOf } from "../client/five";
import { MQTT5 } from "../features";
import { readU16, readU32, writeU16, writeU32 } from "../packet/bytes";
import { findProperty, propertyBytes, propertyNumber } from "../packet/properties";
import { Property } from "../packet/property";
import { wireText } from "./texts";

/** Bits of an entry's options beside those of Option.Kept. */
export const enum Stored {
  Expiry = 16,
  Properties = 32,
  /** The caller lets the broker's limits lower QoS and retain. */
  MayLower = 64,
  Any = 48,
}

const EXPIRY_BYTES: u32 = 4;
const LENGTH_BYTES: u32 = 2;
const NEVER: u32 = 0xffffffff;

/** Offset, from the block, of the topic's two bytes of length and its text. */
export function wireTopic(c: Client, entry: Entry): u32 {
  return entry.topic == 0 ? c.outboxAt + entry.offset : wireText(c, entry.topic);
}

/** Bytes of the topic with its length. */
export function wireTopicLength(c: Client, entry: Entry): u32 {
  return 2 + readU16(addressOf(c, wireTopic(c, entry)));
}

function topicBytes(c: Client, entry: Entry): u32 {
  return entry.topic == 0 ? wireTopicLength(c, entry) : 0;
}

/** Offset, from the block, of the properties' two bytes of length. */
function propertiesAt(c: Client, entry: Entry): u32 {
  const expiry: u32 = entry.options & Stored.Expiry ? EXPIRY_BYTES : 0;
  return c.outboxAt + entry.offset + topicBytes(c, entry) + expiry;
}

/** Offset, from the block, of the caller's properties. */
export function storedProperties(c: Client, entry: Entry): u32 {
  return propertiesAt(c, entry) + LENGTH_BYTES;
}

export function storedPropertiesLength(c: Client, entry: Entry): u32 {
  if (!MQTT5 || (entry.options & Stored.Properties) == 0) return 0;
  return readU16(addressOf(c, propertiesAt(c, entry)));
}

/** Bytes before the payload. */
export function frontBytes(c: Client, entry: Entry): u32 {
  const topic: u32 = topicBytes(c, entry);
  if (!MQTT5 || (entry.options & Stored.Any) == 0) return topic;
  const expiry: u32 = entry.options & Stored.Expiry ? EXPIRY_BYTES : 0;
  const length: u32 = entry.options & Stored.Properties ? LENGTH_BYTES : 0;
  return topic + expiry + length + storedPropertiesLength(c, entry);
}

/** The bits for a message with these checked properties. */
export function bitsFor(properties: usize, length: u32): u32 {
  if (length == 0) return 0;
  const expiry: u32 = findProperty(properties, length, Property.MessageExpiry);
  if (expiry == length) return Stored.Properties;
  return propertyBytes(properties + expiry) == length ? Stored.Expiry : <u32>Stored.Any;
}

/** Bytes that they take in the outbox. */
export function spaceFor(bits: u32, length: u32): u32 {
  if ((bits & Stored.Expiry) == 0) return bits & Stored.Properties ? LENGTH_BYTES + length : 0;
  // the expiry's own five bytes are kept as four
  return bits & Stored.Properties ? EXPIRY_BYTES + LENGTH_BYTES + length - 5 : EXPIRY_BYTES;
}

/** The second from which on a message that may wait `expiry` seconds is of no use. */
function expiresAt(five: Five, expiry: u32): u32 {
  return expiry > NEVER - five.seconds ? NEVER : five.seconds + expiry;
}

/** Stores checked properties of an entry that has its place, its topic and its bits. */
export function storeProperties(c: Client, entry: Entry, properties: usize, length: u32): void {
  const expiry: u32 = findProperty(properties, length, Property.MessageExpiry);
  if (entry.options & Stored.Expiry) {
    const at: usize = addressOf(c, c.outboxAt + entry.offset + topicBytes(c, entry));
    writeU32(at, expiresAt(fiveOf(c), propertyNumber(properties + expiry)));
  }
  if ((entry.options & Stored.Properties) == 0) return;
  const to: usize = addressOf(c, storedProperties(c, entry));
  const skipped: u32 = entry.options & Stored.Expiry ? 5 : 0;
  writeU16(addressOf(c, propertiesAt(c, entry)), length - skipped);
  memory.copy(to, properties, expiry);
  if (skipped > 0) memory.copy(to + expiry, properties + expiry + skipped, length - expiry - skipped);
}

/** Seconds that a message is still of use, 0 when it is not. Only of one that expires. */
export function secondsLeft(c: Client, entry: Entry): u32 {
  const expires: u32 = readU32(addressOf(c, c.outboxAt + entry.offset + topicBytes(c, entry)));
  const now: u32 = fiveOf(c).seconds;
  return expires > now ? expires - now : 0;
}
