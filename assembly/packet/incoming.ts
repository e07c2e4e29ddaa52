// An incoming PUBLISH: whole, in parts, or skipped. What is owed for it is settled at the next poll, once the firmware has
// had it. It knows nothing of other packets.

import { addressOf, Client } from "../client/block";
import { breakOff } from "../client/closing";
import { fiveOf, speaksFive } from "../client/five";
import { CloseReason, Event, Phase } from "../client/status";
import { MQTT5 } from "../features";
import { owe } from "../session/acks";
import { nextMatch } from "../session/filters";
import { isInboundFull, isKnown, remember } from "../session/inbound";
import { noticeStatus } from "../session/status-cell";
import { readU16 } from "./bytes";
import { isOneTooMany, propertiesExtent, readPublishProperties, skipProperties } from "./incoming-five";
import { behindProperties } from "./tail";
import { checkTopicName } from "./topic";
import { Flags, Packet } from "./types";

/** What the received bytes at hand are. */
export const enum ReceiveMode {
  Packet = 0,
  /** Payload of a message that is handed over in parts. */
  Parts = 1,
  /** A topic that does not fit; the packet id follows it. */
  SkipTopic = 2,
  /** Bytes that nobody wants. What is owed for them is settled at their end. */
  SkipBody = 3,
  /** A packet that is larger than the buffer, at one of its properties. */
  Shorten = 4,
  /** The same, in a text that is left out. */
  ShortenText = 5,
}

function packetIdBytes(c: Client): u32 {
  return c.eventQos > 0 ? 2 : 0;
}

/** Bytes of the topic and packet id in front of the payload. */
function prefixBytes(c: Client): u32 {
  return 2 + <u32>c.eventTopicLength + packetIdBytes(c);
}

/** Reads the first byte and the topic's length, which are there. */
function readStart(c: Client, head: u32): void {
  const at: usize = addressOf(c, c.receiveAt + c.receiveStart);
  const first: u32 = load<u8>(at);
  c.eventQos = <u8>((first >> 1) & 3);
  c.eventRetain = (first & Flags.Retain) != 0;
  c.eventDup = (first & Flags.Dup) != 0;
  c.eventTopicLength = <u16>readU16(at + head);
}

/** The topic is not in the buffer, or not whole: whoever asks what matches it must not read on behind it. */
function withoutTopic(c: Client): i32 {
  c.eventTopicLength = 0;
  return Event.None;
}

/** Reads the packet id at offset `at` of the receive buffer. False if it is 0. [MQTT3-2.3.1-1] */
function readPacketId(c: Client, at: u32): bool {
  c.settleId = <u16>readU16(addressOf(c, c.receiveAt + at));
  return c.settleId != 0;
}

/** In 5 an alias can stand for the name. */
function isTopic(c: Client): bool {
  if (speaksFive(c) && c.eventTopicLength == 0) return true;
  return checkTopicName(addressOf(c, c.eventTopicAt), c.eventTopicLength) >= 0;
}

/** Reads topic and packet id, which are there. [MQTT3-3.3.2-1] [MQTT5-3.3.2-1] */
function readPrefix(c: Client, head: u32): CloseReason {
  const topic: u32 = c.receiveStart + head + 2;
  c.eventTopicAt = c.receiveAt + topic;
  if (!isTopic(c)) return CloseReason.BadTopic;
  if (c.eventQos > 0 && !readPacketId(c, topic + c.eventTopicLength)) return CloseReason.BadPacketId;
  if (!speaksFive(c)) return CloseReason.None;
  return isOneTooMany(c, c.eventQos, c.settleId) ? CloseReason.ReceiveMaximumExceeded : CloseReason.None;
}

/**
 * Whether a message with this QoS and id goes to the firmware. When it does not, `settleQos` says what is owed for it all
 * the same: a PUBREC for a known id, nothing for one that finds no place.
 */
function isWanted(c: Client, nowMs: u32): bool {
  c.settleQos = 0;
  if (!c.accepted) return false; // a session that is being discarded
  c.settleQos = c.eventQos;
  if (c.eventQos == 0) return true;
  if (c.phase != Phase.Draining) {
    if (c.eventQos == 1) return true; // [MQTT5-4.3.2-5]
    if (isKnown(c, c.settleId)) return false; // [MQTT3-4.3.3-2] [MQTT5-4.3.3-10] [MQTT5-4.3.3-13]
    if (!isInboundFull(c)) return true;
    c.phase = <u8>Phase.Draining; // [MQTT3-4.8.0-2] the connection ends once what had begun is finished
    c.phaseSinceMs = nowMs;
  }
  c.settleQos = 0;
  return false;
}

/**
 * What is owed for the message whose last byte was consumed. [MQTT3-3.3.4-1] [MQTT3-4.3.2-2] [MQTT3-4.5.0-2]
 * [MQTT5-3.3.4-1] [MQTT5-4.3.2-4] [MQTT5-4.3.3-8] [MQTT5-4.5.0-2] Nothing is refused, so that every id that was answered is known.
 * [MQTT5-4.3.3-9]
 */
function oweAnswer(c: Client): void {
  if (c.settleQos == 1) owe(c, Packet.Puback, c.settleId);
  if (c.settleQos == 2) {
    if (!isKnown(c, c.settleId)) remember(c, c.settleId);
    owe(c, Packet.Pubrec, c.settleId);
  }
  c.settleQos = 0;
}

/** Reports the payload bytes at offset `at` of the receive buffer. */
function deliver(c: Client, at: u32, length: u32): i32 {
  c.eventPayloadAt = c.receiveAt + at;
  c.eventPayloadLength = length;
  c.eventFilter = <u16>nextMatch(c, 1, c.eventTopicAt, c.eventTopicLength);
  if (c.eventPartOffset == 0) noticeStatus(c, length == c.eventTotal);
  return Event.Message;
}

/** A PUBLISH that is in the buffer whole, its fixed header `head` bytes long. */
export function readPublish(c: Client, head: u32, nowMs: u32): i32 {
  readStart(c, head);
  const prefix: u32 = prefixBytes(c);
  if (prefix > c.remaining) {
    withoutTopic(c);
    return breakOff(c, CloseReason.BadLength);
  }
  const fault: CloseReason = readPrefix(c, head);
  if (fault != CloseReason.None) return breakOff(c, fault);
  const bytes: u32 = head + c.remaining;
  return speaksFive(c)
    ? readWholeOfFive(c, head + prefix, bytes, nowMs)
    : takeWhole(c, head + prefix, bytes, nowMs);
}

/** A message of `bytes` bytes in the buffer; in 5 its properties are behind the first `prefix`. */
function readWholeOfFive(c: Client, prefix: u32, bytes: u32, nowMs: u32): i32 {
  const start: u32 = c.receiveAt + c.receiveStart;
  const fault: CloseReason = readPublishProperties(c, start + prefix, bytes - prefix);
  return fault == CloseReason.None
    ? takeWhole(c, behindProperties(c) - start, bytes, nowMs)
    : breakOff(c, fault);
}

/** A message of `bytes` bytes in the buffer, the first `front` of them before its payload. */
function takeWhole(c: Client, front: u32, bytes: u32, nowMs: u32): i32 {
  c.packetLength = bytes;
  const payload: u32 = bytes - front;
  if (!isWanted(c, nowMs)) {
    settle(c);
    return Event.None;
  }
  if (MQTT5 && c.eventTopicLength == 0) return reportTooLarge(c, payload, 0); // an alias for a topic that found no room
  c.eventPartOffset = 0;
  c.eventTotal = payload;
  return deliver(c, c.receiveStart + front, payload);
}

/** The rest of the packet is not wanted: `bytes` of it, of which the buffer may hold some. */
function skip(c: Client, mode: ReceiveMode, bytes: u32): void {
  c.receiveMode = <u8>mode;
  c.bodyLeft = bytes;
}

function reportTooLarge(c: Client, total: u32, topicBytes: u32): i32 {
  c.eventTopicLength = <u16>topicBytes;
  c.eventTotal = total;
  if (topicBytes > 0) noticeStatus(c, false);
  return Event.MessageTooLarge;
}

/** Moves all before the payload to the front of the buffer, where it stays while parts come and go behind it. */
function beginParts(c: Client, prefix: u32): void {
  const moved: u32 = c.receiveStart;
  const buffered: u32 = c.receiveEnd - moved;
  memory.copy(addressOf(c, c.receiveAt), addressOf(c, c.receiveAt + moved), buffered);
  if (c.eventTopicAt >= c.receiveAt) c.eventTopicAt -= moved; // else it is that of an alias
  if (speaksFive(c)) fiveOf(c).propertiesAt -= moved;
  c.receiveStart = prefix;
  c.receiveEnd = buffered;
  c.streamHead = prefix;
  c.eventTotal = c.bodyLeft;
  c.eventPartOffset = 0;
  c.receiveMode = <u8>ReceiveMode.Parts;
}

/** A PUBLISH that is larger than the receive buffer, its fixed header `head` bytes long. */
export function readLargePublish(c: Client, head: u32, nowMs: u32): i32 {
  const available: u32 = c.receiveEnd - c.receiveStart;
  if (available < head + 2) return Event.None;
  readStart(c, head);
  if (prefixBytes(c) > c.remaining) {
    withoutTopic(c);
    return breakOff(c, CloseReason.BadLength);
  }
  const prefix: u32 = prefixBytes(c);
  const payload: u32 = c.remaining - prefix;
  const topicFits: bool = head + prefix < c.receiveCapacity;
  if (topicFits && available < head + prefix) return withoutTopic(c);
  if (!topicFits) {
    c.receiveStart += head + 2;
    c.eventTotal = payload;
    skip(c, ReceiveMode.SkipTopic, c.eventTopicLength);
    return withoutTopic(c);
  }
  if (speaksFive(c)) return readLargeOfFive(c, head + prefix, payload, nowMs);
  const fault: CloseReason = readPrefix(c, head);
  return fault == CloseReason.None ? takeLarge(c, head + prefix, payload, true, nowMs) : breakOff(c, fault);
}

/** The front of a message is read, `front` bytes. `fits`: all of it could be. */
function takeLarge(c: Client, front: u32, payload: u32, fits: bool, nowMs: u32): i32 {
  const wanted: bool = isWanted(c, nowMs);
  c.bodyLeft = payload;
  if (wanted && fits && c.takesParts && c.eventTopicLength > 0) {
    beginParts(c, front);
    return Event.None;
  }
  c.receiveStart += front;
  skip(c, ReceiveMode.SkipBody, payload);
  return wanted ? reportTooLarge(c, payload, c.eventTopicLength) : Event.None;
}

/** In 5 the properties must be there before anything can be said; `left` bytes are behind the first `prefix`. */
function readLargeOfFive(c: Client, prefix: u32, left: u32, nowMs: u32): i32 {
  const available: u32 = c.receiveEnd - c.receiveStart - prefix;
  const at: u32 = c.receiveAt + c.receiveStart + prefix;
  const extent: i32 = propertiesExtent(c, at, available);
  if (extent < 0 || <u32>extent > left) {
    withoutTopic(c);
    return breakOff(c, CloseReason.BadProperties);
  }
  const properties: u32 = <u32>extent;
  const fits: bool = prefix + properties < c.receiveCapacity;
  if (properties == 0 || (fits && properties > available)) return withoutTopic(c);
  let fault: CloseReason = readPrefix(c, prefix - prefixBytes(c));
  if (fault == CloseReason.None && fits) fault = readPublishProperties(c, at, left);
  if (fault != CloseReason.None) return breakOff(c, fault);
  if (fits) return takeLarge(c, prefix + properties, left - properties, true, nowMs);
  skipProperties(c);
  return takeLarge(c, prefix, left, false, nowMs);
}

/** The next part, once the buffer is full or holds the rest. */
export function readPart(c: Client): i32 {
  const available: u32 = c.receiveEnd - c.streamHead;
  if (available < c.bodyLeft && c.receiveEnd < c.receiveCapacity) return Event.None;
  const length: u32 = min<u32>(available, c.bodyLeft);
  c.bodyLeft -= length;
  c.packetLength = length;
  return deliver(c, c.streamHead, length);
}

function skipAvailable(c: Client): bool {
  const bytes: u32 = min<u32>(c.receiveEnd - c.receiveStart, c.bodyLeft);
  c.receiveStart += bytes;
  c.bodyLeft -= bytes;
  return c.bodyLeft == 0;
}

/** Consumes what is to be skipped. True when there is nothing left of it and reading can go on. */
export function skipBody(c: Client): bool {
  if (!skipAvailable(c)) return false;
  c.receiveMode = <u8>ReceiveMode.Packet;
  oweAnswer(c);
  return true;
}

/** Consumes a topic that fits nowhere, and the packet id behind it. */
export function skipTopic(c: Client, nowMs: u32): i32 {
  if (!skipAvailable(c) || c.receiveEnd - c.receiveStart < packetIdBytes(c)) return Event.None;
  if (c.eventQos > 0 && !readPacketId(c, c.receiveStart)) return breakOff(c, CloseReason.BadPacketId);
  c.receiveStart += packetIdBytes(c);
  if (speaksFive(c)) skipProperties(c);
  const wanted: bool = isWanted(c, nowMs);
  skip(c, ReceiveMode.SkipBody, c.eventTotal);
  return wanted ? reportTooLarge(c, c.eventTotal, 0) : Event.None;
}

/** The firmware has had the message, or the part, that was reported: its bytes are free, and it is answered at its end. */
export function settle(c: Client): void {
  if (c.packetLength == 0) return;
  if (c.receiveMode != ReceiveMode.Parts) {
    c.receiveStart += c.packetLength;
    oweAnswer(c);
  } else if (c.bodyLeft > 0) {
    c.eventPartOffset += c.packetLength;
    c.receiveEnd = c.streamHead;
  } else {
    c.receiveStart = c.streamHead + c.packetLength;
    c.receiveMode = <u8>ReceiveMode.Packet;
    oweAnswer(c);
  }
  c.packetLength = 0;
}
