// What MQTT 5 adds to an outgoing PUBLISH: properties, a topic alias, and the broker's limits. It decides nothing about which
// message comes next.

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { Five, fiveOf, Lack } from "../client/five";
import { Option } from "../session/entry-state";
import { STATUS_ENTRY } from "../session/outbox";
import { Stored, secondsLeft, storedPropertiesLength } from "../session/stored";
import { noteOf, setNote, textLength } from "../session/texts";
import { lengthBytes, writeLength, writeU16, writeU32 } from "./bytes";
import { Property } from "./property";

const ALIAS_BYTES: u32 = 3;
const EXPIRY_BYTES: u32 = 5;

/** The highest QoS that the broker takes. */
export function maximumQos(five: Five): u32 {
  if (five.lacks & Lack.Qos1) return 0;
  return five.lacks & Lack.Qos2 ? 1 : 2;
}

/** Whether the broker takes a message with these options as they are. [MQTT5-3.2.2-11] [MQTT5-3.2.2-14] */
export function areOptionsTaken(c: Client, options: u32): bool {
  const five: Five = fiveOf(c);
  if ((options & Option.QosMask) > maximumQos(five)) return false;
  return (options & Option.Retain) == 0 || (five.lacks & Lack.Retain) == 0;
}

/** Lowers them to what the broker takes. */
export function lowerOptions(c: Client, entry: Entry): void {
  const five: Five = fiveOf(c);
  const qos: u32 = min<u32>(entry.options & Option.QosMask, maximumQos(five));
  const dropped: u32 =
    five.lacks & Lack.Retain ? <u32>Option.QosMask | <u32>Option.Retain : <u32>Option.QosMask;
  entry.options = <u8>((entry.options & ~dropped) | qos);
}

/** Whether the alias of a prepared topic stands for it already: then its name is left out. */
export function aliasOf(c: Client, topic: u32): u32 {
  return topic == 0 ? 0 : noteOf(c, topic);
}

/**
 * Gives a prepared topic an alias while the broker takes more of them. [MQTT5-3.2.2-17] [MQTT5-3.2.2-18] One that saves nothing
 * gets none, and the status, which is told once a connection, neither.
 */
export function giveAlias(c: Client, topic: u32): void {
  const five: Five = fiveOf(c);
  if (topic == 0 || five.aliasCount >= five.serverAliasMax || textLength(c, topic) <= ALIAS_BYTES) return;
  five.aliasCount += 1;
  setNote(c, topic, five.aliasCount); // [MQTT5-3.3.2-8] [MQTT5-3.3.2-9] the first is 1
}

export function giveAliasFor(c: Client, i: u32): void {
  if (i != STATUS_ENTRY) giveAlias(c, entryAt(c, i).topic);
}

/** Bytes of the properties without their length. */
export function publishPropertiesLength(c: Client, entry: Entry): u32 {
  const alias: u32 = aliasOf(c, entry.topic) > 0 ? ALIAS_BYTES : 0;
  const expiry: u32 = entry.options & Stored.Expiry ? EXPIRY_BYTES : 0;
  return alias + expiry + storedPropertiesLength(c, entry);
}

/** The same with their length. */
export function publishPropertiesBytes(c: Client, entry: Entry): u32 {
  const bytes: u32 = publishPropertiesLength(c, entry);
  return lengthBytes(bytes) + bytes;
}

/** Writes an alias at `at`, and answers its bytes. */
export function writeAlias(at: usize, alias: u32): u32 {
  if (alias == 0) return 0;
  store<u8>(at, <u8>Property.TopicAlias);
  writeU16(at + 1, alias);
  return ALIAS_BYTES;
}

/** Writes all but the caller's properties, which follow, into the head buffer from `from` on. Answers where they end. */
export function writePublishProperties(c: Client, entry: Entry, from: u32): u32 {
  const at: usize = addressOf(c, c.headAt);
  let end: u32 = from + writeLength(at + from, publishPropertiesLength(c, entry)); // [MQTT5-2.2.2-1] 0 if there are none
  end += writeAlias(at + end, aliasOf(c, entry.topic));
  if ((entry.options & Stored.Expiry) == 0) return end;
  store<u8>(at + end, <u8>Property.MessageExpiry);
  writeU32(at + end + 1, secondsLeft(c, entry)); // what it has waited here is counted down
  return end + EXPIRY_BYTES;
}

/** Whether a packet of this Remaining Length is within the broker's limit. [MQTT5-3.2.2-15] */
export function isPacketTaken(c: Client, remaining: u32): bool {
  const most: u32 = fiveOf(c).serverPacketMax;
  return most == 0 || remaining + 1 + lengthBytes(remaining) <= most;
}
