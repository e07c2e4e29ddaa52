// The bytes of each packet that do not lie elsewhere in the block: fixed headers, CONNECT's variable header, whole
// acknowledgements. It decides nothing.

import { addressOf, Client, Entry, entryAt, OwedAck } from "../client/block";
import { fiveOf, speaksFive } from "../client/five";
import { Phase } from "../client/status";
import { nextOwedReason, takeOwed } from "../session/acks";
import { Option } from "../session/entry-state";
import { qosOf } from "../session/outbox";
import { partsTotal } from "../session/parts";
import { beginRequest, requestPropertiesBytes, writeRequestProperties } from "../session/requests";
import { wireTopicLength } from "../session/stored";
import { textLength } from "../session/texts";
import { lengthBytes, writeLength, writeU16 } from "./bytes";
import { aliasOf, giveAliasFor, isPacketTaken, publishPropertiesBytes } from "./publish-five";
import { beginPacket, connectRestLength, Sending, storedLength, topicIsInHead } from "./send";
import { Flags, Packet } from "./types";

/** The property, and a byte by which the length of all properties may grow. */
const NEW_ALIAS_BYTES: u32 = 4;

const enum ConnectFlag {
  Clean = 2,
  Will = 4,
  Password = 64,
  UserName = 128,
}

function firstByte(type: u32, flags: u32): u8 {
  return <u8>((type << 4) | flags);
}

/**
 * Whether CONNECT asks for a new session. In 5 the same CONNECT discards what the broker kept and has the new one kept; before,
 * that takes a connection of its own. [MQTT5-3.1.2-4]
 */
export function startsClean(c: Client): bool {
  return c.clean || c.clearing || (speaksFive(c) && !c.hasSession);
}

/**
 * [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15] without a will its bits are 0. [MQTT5-3.1.2-11] [MQTT5-3.1.2-13]
 * The reserved bit is 0. [MQTT3-3.1.2-3]
 */
function connectFlags(c: Client): u32 {
  let flags: u32 = startsClean(c) ? ConnectFlag.Clean : 0;
  if (c.willTopic != 0 && !c.clearing)
    flags |=
      ConnectFlag.Will |
      ((<u32>(c.willOptions & Option.QosMask)) << 3) |
      (c.willOptions & Option.Retain ? 32 : 0);
  // exactly when its text follows: [MQTT3-3.1.2-18] [MQTT3-3.1.2-19] [MQTT5-3.1.2-16] [MQTT5-3.1.2-17]
  if (c.userName != 0) flags |= ConnectFlag.UserName;
  // [MQTT3-3.1.2-20] [MQTT3-3.1.2-21] [MQTT5-3.1.2-18] [MQTT5-3.1.2-19]
  if (c.password != 0) flags |= ConnectFlag.Password;
  return flags;
}

/** "MQTT", or "MQIsdp" in 3.1, with its length. [MQTT5-3.1.2-1] */
function writeProtocolName(c: Client, at: usize): u32 {
  const isOld: bool = c.version == 3;
  const name: usize = isOld
    ? memory.data<u8>([0, 6, 77, 81, 73, 115, 100, 112])
    : memory.data<u8>([0, 4, 77, 81, 84, 84]);
  const length: u32 = isOld ? 8 : 6;
  memory.copy(at, name, length);
  return length;
}

export function beginConnect(c: Client): void {
  const at: usize = addressOf(c, c.headAt);
  const nameLength: u32 = c.version == 3 ? 8 : 6;
  store<u8>(at, firstByte(Packet.Connect, Flags.None));
  let length: u32 = 1 + writeLength(at + 1, nameLength + 4 + connectRestLength(c));
  length += writeProtocolName(c, at + length);
  store<u8>(at + length, c.version);
  store<u8>(at + length + 1, <u8>connectFlags(c));
  writeU16(at + length + 2, c.keepAliveSeconds);
  beginPacket(c, Sending.Connect, length + 4);
}

/**
 * Writes an acknowledgement at `at`, and answers its bytes. [MQTT5-2.2.1-5] Only a reason other than success is said, and nothing
 * behind it, which could be too large for the broker: [MQTT5-3.4.2-2] [MQTT5-3.4.2-3] [MQTT5-3.5.2-2] [MQTT5-3.5.2-3]
 * [MQTT5-3.6.2-2] [MQTT5-3.6.2-3] [MQTT5-3.7.2-2] [MQTT5-3.7.2-3]
 */
function writeAck(at: usize, type: u32, packetId: u32, reason: u32): u32 {
  store<u8>(at, firstByte(type, type == Packet.Pubrel ? Flags.Reserved : Flags.None));
  store<u8>(at + 1, reason == 0 ? 2 : 3);
  writeU16(at + 2, packetId);
  if (reason == 0) return 4;
  store<u8>(at + 4, <u8>reason);
  return 5;
}

/** As many owed acknowledgements as the head buffer holds go out in one write. */
export function beginAcks(c: Client, headBytes: u32): void {
  let length: u32 = 0;
  while (c.ackCount > 0 && length + (nextOwedReason(c) == 0 ? 4 : 5) <= headBytes) {
    const at: usize = addressOf(c, c.headAt + length);
    const reason: u32 = nextOwedReason(c);
    const ack: OwedAck = takeOwed(c);
    length += writeAck(at, ack.type & 255, ack.packetId, reason);
  }
  beginPacket(c, Sending.Acks, length);
}

/** A PUBREL of a resumed session. [MQTT3-2.3.1-6] [MQTT5-2.2.1-5] [MQTT5-4.3.3-5] it repeats the id of its PUBLISH */
export function beginPubrel(c: Client, packetId: u32): void {
  const at: usize = addressOf(c, c.headAt);
  beginPacket(c, Sending.Acks, writeAck(at, Packet.Pubrel, packetId, 0));
}

/** PINGREQ, or DISCONNECT before 5. */
export function beginEmpty(c: Client, type: u32, sending: Sending): void {
  const at: usize = addressOf(c, c.headAt);
  store<u8>(at, firstByte(type, Flags.None));
  store<u8>(at + 1, 0);
  beginPacket(c, sending, 2);
}

/** DISCONNECT of 5, with its reason and the properties that follow it. Without both it is the same as before 5. */
export function beginDisconnect(c: Client): void {
  if (!speaksFive(c) || (fiveOf(c).closeCode == 0 && fiveOf(c).outProperties == 0)) {
    beginEmpty(c, Packet.Disconnect, Sending.Disconnect);
    return;
  }
  beginReasoned(c, Packet.Disconnect, fiveOf(c).closeCode, Sending.Disconnect);
}

/** Remaining Length of a packet that is a reason code and these prepared properties, or 0 for none. */
function reasonedLength(c: Client, text: u32): u32 {
  return text == 0 ? 1 : 1 + lengthBytes(textLength(c, text)) + textLength(c, text);
}

/**
 * Whether the broker takes DISCONNECT or AUTH with these properties, while connected. [MQTT5-3.2.2-15] It is for the caller to
 * leave out what is too large: [MQTT5-3.14.2-3] [MQTT5-3.14.2-4] [MQTT5-3.15.2-2] [MQTT5-3.15.2-3].
 */
export function isReasonedTaken(c: Client, text: u32): bool {
  return c.phase != Phase.Connected || isPacketTaken(c, reasonedLength(c, text));
}

/** A packet that is a reason code and properties: DISCONNECT, AUTH. */
export function beginReasoned(c: Client, type: u32, code: u32, sending: Sending): void {
  const at: usize = addressOf(c, c.headAt);
  const text: u32 = fiveOf(c).outProperties;
  const properties: u32 = text == 0 ? 0 : textLength(c, text);
  store<u8>(at, firstByte(type, Flags.None));
  let length: u32 = 1;
  length += writeLength(at + length, reasonedLength(c, text));
  store<u8>(at + length, <u8>code);
  length += 1;
  if (text != 0) length += writeLength(at + length, properties);
  beginPacket(c, sending, length);
}

/**
 * There is at least one filter: the caller has asked what is owed. [MQTT3-3.8.3-3] [MQTT3-3.10.3-2] [MQTT5-3.8.3-2]
 * [MQTT5-3.10.3-2]
 */
export function beginRequestPacket(c: Client, type: u32, packetId: u32): void {
  const at: usize = addressOf(c, c.headAt);
  const payload: u32 = beginRequest(c, type, packetId);
  store<u8>(at, firstByte(type, Flags.Reserved));
  const properties: u32 = speaksFive(c) ? requestPropertiesBytes(c) : 0;
  let length: u32 = 1 + writeLength(at + 1, 2 + properties + payload);
  writeU16(at + length, packetId);
  length += 2;
  if (properties > 0) length += writeRequestProperties(c, at + length);
  beginPacket(c, Sending.Request, length);
}

/** Remaining Length of a PUBLISH, whose name an alias may stand for already. */
export function publishLength(c: Client, i: u32, hasAlias: bool): u32 {
  const entry: Entry = entryAt(c, i);
  const payload: u32 = entry.options & Option.InParts ? partsTotal(c, i) : storedLength(c, i);
  const topic: u32 = hasAlias ? 2 : wireTopicLength(c, entry);
  const bytes: u32 = topic + (qosOf(entry) > 0 ? 2 : 0) + payload;
  return speaksFive(c) ? bytes + publishPropertiesBytes(c, entry) : bytes;
}

/**
 * [MQTT3-3.3.1-1] [MQTT5-3.3.1-1] [MQTT5-3.3.1-3] DUP is 1 exactly when a byte of this PUBLISH was given to a transport before in
 * the same session. [MQTT3-4.3.1-1] [MQTT5-4.3.1-1] Of QoS 0 nothing is ever sent again.
 */
export function beginPublish(c: Client, i: u32, isAgain: bool): void {
  const entry: Entry = entryAt(c, i);
  const at: usize = addressOf(c, c.headAt);
  const qos: u32 = qosOf(entry);
  const flags: u32 =
    (isAgain ? Flags.Dup : 0) | (qos << 1) | (entry.options & Option.Retain ? Flags.Retain : 0);
  store<u8>(at, firstByte(Packet.Publish, flags));
  const hasAlias: bool = speaksFive(c) && aliasOf(c, entry.topic) > 0;
  // an alias that is new makes the packet longer first
  if (speaksFive(c) && !hasAlias && isPacketTaken(c, publishLength(c, i, false) + NEW_ALIAS_BYTES))
    giveAliasFor(c, i);
  let length: u32 = 1 + writeLength(at + 1, publishLength(c, i, hasAlias));
  if (hasAlias) {
    writeU16(at + length, 0);
    length += 2;
  }
  c.sendEntry = <u16>i;
  c.partsGiven = 0;
  beginPacket(c, Sending.Publish, length);
  if (hasAlias) topicIsInHead(c);
  c.sendTouched = isAgain; // of a message that is sent again, bytes were handed over before
}
