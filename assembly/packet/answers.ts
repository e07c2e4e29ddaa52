// What the server's short packets do: acknowledgements, SUBACK, UNSUBACK, PINGRESP. Their lengths were checked.

import { readAuth } from "../client/authentication";
import { madeProgress } from "../client/backoff";
import { addressOf, Client, entryAt, REQUEST_OWNER } from "../client/block";
import { breakOff } from "../client/closing";
import { quotaMax } from "../client/connack-five";
import { fiveOf, speaksFive } from "../client/five";
import { heardAck, heardPingresp } from "../client/liveness";
import { CloseReason, Event } from "../client/status";
import { MQTT5 } from "../features";
import { owe } from "../session/acks";
import { EntryState } from "../session/entry-state";
import { forget, isKnown } from "../session/inbound";
import { publish, qosOf, reject, release, STATUS_ENTRY } from "../session/outbox";
import { ownerOf } from "../session/packet-ids";
import { answerSubscribe, answerUnsubscribe } from "../session/requests";
import { statusRefused } from "../session/status-cell";
import { readU16 } from "./bytes";
import { isFailure, isReason, Reason } from "./reason-codes";
import { Sending } from "./send";
import { readDisconnect } from "./server-disconnect";
import { behindProperties, readProperties, readTail } from "./tail";
import { Packet } from "./types";

/** The entry in flight under this id, or 0 for a duplicate or foreign acknowledgement. */
function entryOf(c: Client, packetId: u32): u32 {
  const owner: u32 = ownerOf(c, packetId);
  if (owner == 0 || owner == REQUEST_OWNER) return 0;
  return entryAt(c, owner).packetId == packetId ? owner : 0;
}

function returnQuota(c: Client): void {
  if (c.quota < quotaMax(c)) c.quota += 1;
}

/** The final acknowledgement: only now is the message published, or refused. The status comes with every connection and is no progress. */
function publishAcked(c: Client, i: u32, reason: u32): void {
  returnQuota(c);
  if (i != STATUS_ENTRY) madeProgress(c);
  else if (isFailure(reason)) statusRefused(c);
  if (isFailure(reason))
    reject(c, i, reason); // [MQTT5-4.4.0-2]
  else publish(c, i, reason);
}

/** Whether an entry's whole PUBLISH left and awaits its first acknowledgement at this QoS. [MQTT5-4.3.2-3] [MQTT5-4.3.3-3] */
function awaitsFirst(c: Client, i: u32, qos: u32): bool {
  return entryAt(c, i).state == EntryState.InFlight && c.sendEntry != i && qosOf(entryAt(c, i)) == qos;
}

function readPuback(c: Client, i: u32, reason: u32): i32 {
  if (!awaitsFirst(c, i, 1)) return breakOff(c, CloseReason.UnexpectedAck);
  publishAcked(c, i, reason);
  return Event.None;
}

/**
 * [MQTT3-4.3.3-1] [MQTT5-4.3.3-4] A PUBREC is answered by PUBREL, a repeated one again. While a resumed session still sends
 * PUBRELs, this one takes its turn there.
 */
function readPubrec(c: Client, i: u32, packetId: u32, reason: u32): i32 {
  const isRepeated: bool = entryAt(c, i).state == EntryState.Released;
  if (!isRepeated && !awaitsFirst(c, i, 2)) return breakOff(c, CloseReason.UnexpectedAck);
  if (isFailure(reason)) {
    publishAcked(c, i, reason);
    return Event.None;
  }
  const comesUp: bool = c.cursor != 0 && entryAt(c, c.cursor).state == EntryState.Released;
  if (!isRepeated) release(c, i);
  if (!comesUp) owe(c, Packet.Pubrel, packetId);
  return Event.None;
}

function readPubcomp(c: Client, i: u32): i32 {
  if (entryAt(c, i).state != EntryState.Released) return breakOff(c, CloseReason.UnexpectedAck);
  publishAcked(c, i, 0); // the PUBREC has said that it is the broker's; an id that it does not know any more was completed before
  return Event.None;
}

/** One that belongs to no message of ours changes nothing; in 5 a peer that waits for PUBREL is told so. */
function readForeignAck(c: Client, type: u32, packetId: u32, reason: u32): i32 {
  if (type == Packet.Pubrec && speaksFive(c) && !isFailure(reason))
    owe(c, (Reason.PacketIdNotFound << 8) | Packet.Pubrel, packetId);
  return Event.None;
}

/** PUBACK, PUBREC or PUBCOMP, whatever the quota. [MQTT5-4.9.0-3] Before 5 the reason is 0. */
function readOutboundAck(c: Client, type: u32, packetId: u32, reason: u32, nowMs: u32): i32 {
  const i: u32 = entryOf(c, packetId);
  if (i == 0) return readForeignAck(c, type, packetId, reason);
  heardAck(c, packetId, nowMs);
  if (type == Packet.Puback) return readPuback(c, i, reason);
  return type == Packet.Pubrec ? readPubrec(c, i, packetId, reason) : readPubcomp(c, i);
}

/**
 * [MQTT3-4.3.3-2] [MQTT5-4.3.3-11] [MQTT5-4.3.3-12] PUBREL ends the id's life, and is answered even when the id is not known: the
 * PUBCOMP may have been lost.
 */
function readPubrel(c: Client, packetId: u32): i32 {
  const reason: u32 = speaksFive(c) && !isKnown(c, packetId) ? <u32>Reason.PacketIdNotFound : 0;
  forget(c, packetId);
  owe(c, (reason << 8) | Packet.Pubcomp, packetId);
  return Event.None;
}

/** [MQTT3-3.9.3-2] 0, 1, 2 or 0x80 for each filter. [MQTT5-3.9.3-2] [MQTT5-3.11.3-2] */
function areCodesKnown(c: Client, type: u32, codes: usize): bool {
  for (let i: u32 = 0; i < c.requestCount; i++) {
    const code: u32 = load<u8>(codes + i);
    if (speaksFive(c) ? !isReason(type, code) : code > 2 && code != 0x80) return false;
  }
  return true;
}

/** What is wrong with the codes at offset `codes` of the block, `bytes` of them. Before 5 UNSUBACK has none. */
function codesFault(c: Client, type: u32, codes: u32, bytes: u32): CloseReason {
  if (type == Packet.Unsuback && !speaksFive(c)) return CloseReason.None;
  if (bytes != c.requestCount || !areCodesKnown(c, type, addressOf(c, codes))) return CloseReason.BadSuback;
  return CloseReason.None;
}

/** `codes` is the offset of what is behind the packet id, and in 5 behind the properties; `bytes` are there. */
function readRequestAck(c: Client, type: u32, packetId: u32, codes: u32, bytes: u32, nowMs: u32): i32 {
  const expected: u32 = c.requestType == Packet.Subscribe ? Packet.Suback : Packet.Unsuback;
  if (c.requestId == 0 || type != expected || c.sending == Sending.Request)
    return breakOff(c, CloseReason.UnexpectedAck);
  if (c.requestId != packetId) return breakOff(c, CloseReason.BadPacketId); // [MQTT3-3.8.4-2] [MQTT3-3.10.4-4]
  const fault: CloseReason = codesFault(c, type, codes, bytes);
  if (fault != CloseReason.None) return breakOff(c, fault);
  if (type == Packet.Suback) answerSubscribe(c, addressOf(c, codes));
  else answerUnsubscribe(c, addressOf(c, codes));
  c.ackSinceMs = nowMs;
  return Event.None;
}

/** In 5: what is behind the packet id, of which SUBACK and UNSUBACK have their codes last. */
function readBehindId(c: Client, type: u32, offset: u32): CloseReason {
  const left: u32 = c.remaining - 2;
  const isRequests: bool = type == Packet.Suback || type == Packet.Unsuback;
  return isRequests ? readProperties(c, offset, left, type) : readTail(c, offset, left, type);
}

/** The packet of this type whose variable header is at offset `offset` of the block. */
export function readAnswer(c: Client, type: u32, offset: u32, nowMs: u32): i32 {
  if (type == Packet.Pingresp) {
    heardPingresp(c, nowMs);
    return Event.None;
  }
  if (MQTT5 && type == Packet.Disconnect) return readDisconnect(c, offset);
  if (MQTT5 && type == Packet.Auth) return readAuth(c, offset, nowMs);
  const packetId: u32 = readU16(addressOf(c, offset));
  if (packetId == 0) return breakOff(c, CloseReason.BadPacketId); // [MQTT3-2.3.1-1]
  const isFives: bool = speaksFive(c);
  const fault: CloseReason = isFives ? readBehindId(c, type, offset + 2) : CloseReason.None;
  if (fault != CloseReason.None) return breakOff(c, fault);
  if (type == Packet.Pubrel) return readPubrel(c, packetId);
  if (type == Packet.Suback || type == Packet.Unsuback) {
    const codes: u32 = isFives ? behindProperties(c) : offset + 2;
    return readRequestAck(c, type, packetId, codes, offset + c.remaining - codes, nowMs);
  }
  return readOutboundAck(c, type, packetId, isFives ? <u32>fiveOf(c).reason : 0, nowMs);
}
