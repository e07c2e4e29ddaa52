// The bytes of each packet that do not lie elsewhere in the block: fixed headers, CONNECT's variable header, whole
// acknowledgements. It decides nothing.

import { addressOf, Client, Entry, entryAt, OwedAck } from "../client/block";
import { takeOwed } from "../session/acks";
import { Option } from "../session/entry-state";
import { qosOf, wireTopicLength } from "../session/outbox";
import { partsTotal } from "../session/parts";
import { beginRequest } from "../session/subscriptions";
import { writeLength, writeU16 } from "./bytes";
import { beginPacket, connectPayloadLength, Sending, storedLength } from "./send";
import { Flags, Packet } from "./types";

const enum ConnectFlag {
  Clean = 2,
  Will = 4,
  Password = 64,
  UserName = 128,
}

function firstByte(type: u32, flags: u32): u8 {
  return <u8>((type << 4) | flags);
}

/** [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15] without a will its bits are 0. The reserved bit is 0. [MQTT3-3.1.2-3] */
function connectFlags(c: Client): u32 {
  let flags: u32 = c.clean || c.clearing ? ConnectFlag.Clean : 0;
  if (c.willTopic != 0 && !c.clearing)
    flags |=
      ConnectFlag.Will |
      ((<u32>(c.willOptions & Option.QosMask)) << 3) |
      (c.willOptions & Option.Retain ? 32 : 0);
  if (c.userName != 0) flags |= ConnectFlag.UserName; // [MQTT3-3.1.2-18] [MQTT3-3.1.2-19] exactly when its text follows
  if (c.password != 0) flags |= ConnectFlag.Password; // [MQTT3-3.1.2-20] [MQTT3-3.1.2-21]
  return flags;
}

/** "MQTT", or "MQIsdp" in 3.1, with its length. */
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
  let length: u32 = 1 + writeLength(at + 1, nameLength + 4 + connectPayloadLength(c));
  length += writeProtocolName(c, at + length);
  store<u8>(at + length, c.version);
  store<u8>(at + length + 1, <u8>connectFlags(c));
  writeU16(at + length + 2, c.keepAliveSeconds);
  beginPacket(c, Sending.Connect, length + 4);
}

/** As many owed acknowledgements as the head buffer holds go out in one write. */
export function beginAcks(c: Client, headBytes: u32): void {
  let length: u32 = 0;
  while (c.ackCount > 0 && length + 4 <= headBytes) {
    const at: usize = addressOf(c, c.headAt + length);
    const ack: OwedAck = takeOwed(c);
    store<u8>(at, firstByte(ack.type, ack.type == Packet.Pubrel ? Flags.Reserved : Flags.None));
    store<u8>(at + 1, 2);
    writeU16(at + 2, ack.packetId);
    length += 4;
  }
  beginPacket(c, Sending.Acks, length);
}

/** A PUBREL of a resumed session. [MQTT3-2.3.1-6] it repeats the id of its PUBLISH */
export function beginPubrel(c: Client, packetId: u32): void {
  const at: usize = addressOf(c, c.headAt);
  store<u8>(at, firstByte(Packet.Pubrel, Flags.Reserved));
  store<u8>(at + 1, 2);
  writeU16(at + 2, packetId);
  beginPacket(c, Sending.Acks, 4);
}

/** PINGREQ or DISCONNECT. */
export function beginEmpty(c: Client, type: u32, sending: Sending): void {
  const at: usize = addressOf(c, c.headAt);
  store<u8>(at, firstByte(type, Flags.None));
  store<u8>(at + 1, 0);
  beginPacket(c, sending, 2);
}

/** [MQTT3-3.8.3-3] [MQTT3-3.10.3-2] there is at least one filter: the caller has asked what is owed. */
export function beginRequestPacket(c: Client, type: u32, packetId: u32): void {
  const at: usize = addressOf(c, c.headAt);
  const payload: u32 = beginRequest(c, type, packetId);
  store<u8>(at, firstByte(type, Flags.Reserved));
  const length: u32 = 1 + writeLength(at + 1, 2 + payload);
  writeU16(at + length, packetId);
  beginPacket(c, Sending.Request, length + 2);
}

/**
 * [MQTT3-3.3.1-1] DUP is 1 exactly when a byte of this PUBLISH was given to a transport before in the same session.
 * [MQTT3-4.3.1-1] Of QoS 0 nothing is ever sent again.
 */
export function beginPublish(c: Client, i: u32, isAgain: bool): void {
  const entry: Entry = entryAt(c, i);
  const at: usize = addressOf(c, c.headAt);
  const qos: u32 = qosOf(entry);
  const payload: u32 = entry.options & Option.InParts ? partsTotal(c, i) : storedLength(c, i);
  const flags: u32 =
    (isAgain ? Flags.Dup : 0) | (qos << 1) | (entry.options & Option.Retain ? Flags.Retain : 0);
  store<u8>(at, firstByte(Packet.Publish, flags));
  const length: u32 = 1 + writeLength(at + 1, wireTopicLength(c, entry) + (qos > 0 ? 2 : 0) + payload);
  c.sendEntry = <u16>i;
  c.partsGiven = 0;
  beginPacket(c, Sending.Publish, length);
  c.sendTouched = isAgain; // of a message that is sent again, bytes were handed over before
}
