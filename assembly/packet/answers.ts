// What the server's short packets do: acknowledgements, SUBACK, UNSUBACK, PINGRESP. Their lengths were checked.

import { madeProgress } from "../client/backoff";
import { addressOf, Client, entryAt, REQUEST_OWNER } from "../client/block";
import { breakOff } from "../client/closing";
import { heardAck, heardPingresp } from "../client/liveness";
import { CloseReason, Event } from "../client/status";
import { owe } from "../session/acks";
import { EntryState } from "../session/entry-state";
import { forget } from "../session/inbound";
import { publish, qosOf, release, STATUS_ENTRY } from "../session/outbox";
import { ownerOf } from "../session/packet-ids";
import { answerSubscribe, answerUnsubscribe } from "../session/subscriptions";
import { readU16 } from "./bytes";
import { Sending } from "./send";
import { Packet } from "./types";

/** The entry in flight under this id, or 0 for a duplicate or foreign acknowledgement. */
function entryOf(c: Client, packetId: u32): u32 {
  const owner: u32 = ownerOf(c, packetId);
  if (owner == 0 || owner == REQUEST_OWNER) return 0;
  return entryAt(c, owner).packetId == packetId ? owner : 0;
}

function returnQuota(c: Client): void {
  if (c.quota < c.window) c.quota += 1;
}

/** The final acknowledgement: only now is the message published. The status comes with every connection and is no progress. */
function publishAcked(c: Client, i: u32): void {
  returnQuota(c);
  if (i != STATUS_ENTRY) madeProgress(c);
  publish(c, i);
}

/** Whether an entry's whole PUBLISH left and awaits its first acknowledgement at this QoS. */
function awaitsFirst(c: Client, i: u32, qos: u32): bool {
  return entryAt(c, i).state == EntryState.InFlight && c.sendEntry != i && qosOf(entryAt(c, i)) == qos;
}

function readPuback(c: Client, i: u32): i32 {
  if (!awaitsFirst(c, i, 1)) return breakOff(c, CloseReason.UnexpectedAck);
  publishAcked(c, i);
  return Event.None;
}

/** [MQTT3-4.3.3-1] A PUBREC is answered by PUBREL, a repeated one again. While a resumed session still sends PUBRELs, this one takes its turn there. */
function readPubrec(c: Client, i: u32, packetId: u32): i32 {
  const isRepeated: bool = entryAt(c, i).state == EntryState.Released;
  if (!isRepeated && !awaitsFirst(c, i, 2)) return breakOff(c, CloseReason.UnexpectedAck);
  const comesUp: bool = c.cursor != 0 && entryAt(c, c.cursor).state == EntryState.Released;
  if (!isRepeated) release(c, i);
  if (!comesUp) owe(c, Packet.Pubrel, packetId);
  return Event.None;
}

function readPubcomp(c: Client, i: u32): i32 {
  if (entryAt(c, i).state != EntryState.Released) return breakOff(c, CloseReason.UnexpectedAck);
  publishAcked(c, i);
  return Event.None;
}

/** PUBACK, PUBREC or PUBCOMP. One that belongs to no message of ours changes nothing. */
function readOutboundAck(c: Client, type: u32, packetId: u32, nowMs: u32): i32 {
  const i: u32 = entryOf(c, packetId);
  if (i == 0) return Event.None;
  heardAck(c, packetId, nowMs);
  if (type == Packet.Puback) return readPuback(c, i);
  return type == Packet.Pubrec ? readPubrec(c, i, packetId) : readPubcomp(c, i);
}

/** [MQTT3-4.3.3-2] PUBREL ends the id's life, and is answered even when the id is not known: the PUBCOMP may have been lost. */
function readPubrel(c: Client, packetId: u32): i32 {
  forget(c, packetId);
  owe(c, Packet.Pubcomp, packetId);
  return Event.None;
}

/** [MQTT3-3.9.3-2] 0, 1, 2 or 0x80 for each filter. */
function areCodesKnown(codes: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const code: u32 = load<u8>(codes + i);
    if (code > 2 && code != 0x80) return false;
  }
  return true;
}

function readRequestAck(c: Client, type: u32, at: usize, packetId: u32, nowMs: u32): i32 {
  const expected: u32 = c.requestType == Packet.Subscribe ? Packet.Suback : Packet.Unsuback;
  if (c.requestId == 0 || type != expected || c.sending == Sending.Request)
    return breakOff(c, CloseReason.UnexpectedAck);
  if (c.requestId != packetId) return breakOff(c, CloseReason.BadPacketId); // [MQTT3-3.8.4-2] [MQTT3-3.10.4-4]
  if (type == Packet.Suback) {
    if (!areCodesKnown(at + 2, c.requestCount)) return breakOff(c, CloseReason.BadSuback);
    answerSubscribe(c, at + 2);
  } else {
    answerUnsubscribe(c);
  }
  c.ackSinceMs = nowMs;
  return Event.None;
}

/** The packet of this type whose variable header is at offset `offset` of the block. */
export function readAnswer(c: Client, type: u32, offset: u32, nowMs: u32): i32 {
  if (type == Packet.Pingresp) {
    heardPingresp(c, nowMs);
    return Event.None;
  }
  const at: usize = addressOf(c, offset);
  const packetId: u32 = readU16(at);
  if (packetId == 0) return breakOff(c, CloseReason.BadPacketId); // [MQTT3-2.3.1-1]
  if (type == Packet.Pubrel) return readPubrel(c, packetId);
  if (type == Packet.Suback || type == Packet.Unsuback) return readRequestAck(c, type, at, packetId, nowMs);
  return readOutboundAck(c, type, packetId, nowMs);
}
