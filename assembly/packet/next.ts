// Which packet goes out next, and what it means that one went out. Between two packets only: nothing is interleaved.
// Acknowledgements first, then a ping, a request, the messages in their order, and DISCONNECT last.

import { awaitAnswer } from "../client/answer";
import { authSent, isAuthOwed, owedAuthCode } from "../client/authentication";
import { addressOf, Client, Entry, entryAt, HEAD_BYTES, REQUEST_OWNER } from "../client/block";
import { beginClosing } from "../client/closing";
import { quotaMax } from "../client/connack-five";
import { speaksFive } from "../client/five";
import { isPingOwed, Ping, pingSent, publishSent, sentSomething } from "../client/liveness";
import { DropReason, Phase } from "../client/status";
import { MQTT5 } from "../features";
import { EntryState, Option } from "../session/entry-state";
import { isUselessNow } from "../session/expiry";
import { drop, handOver, qosOf, STATUS_ENTRY, wasSent } from "../session/outbox";
import { takePacketId } from "../session/packet-ids";
import { owedRequest, refuseUnsupported } from "../session/requests";
import { isStatusInFlight, isStatusUnsettled, queueStatus, statusRefused } from "../session/status-cell";
import { Stored, wireTopic, wireTopicLength } from "../session/stored";
import { writeU16 } from "./bytes";
import {
  beginAcks,
  beginConnect,
  beginDisconnect,
  beginEmpty,
  beginPublish,
  beginPubrel,
  beginReasoned,
  beginRequestPacket,
  publishLength,
} from "./heads";
import { aliasOf, areOptionsTaken, isPacketTaken, lowerOptions } from "./publish-five";
import { isPacketOver, nextPiece, Sending, storedLength, wirePayload } from "./send";
import { Packet } from "./types";

/**
 * [MQTT3-4.3.2-1] Sends a message for the first time, with an id if it needs one. False if none may be taken now.
 * [MQTT5-4.3.2-1] [MQTT5-4.3.2-2] [MQTT5-4.3.3-1] [MQTT5-4.3.3-2]
 */
function beginFirst(c: Client, i: u32): bool {
  const entry: Entry = entryAt(c, i);
  if (qosOf(entry) > 0) {
    // those past PUBREC count as well, though their PUBRELs take nothing of a new connection's quota [MQTT5-3.3.4-7]
    // [MQTT5-4.9.0-2]
    if (c.inflight >= quotaMax(c) || c.quota == 0) return false;
    const packetId: u32 = takePacketId(c, i);
    if (packetId == 0) return false;
    entry.packetId = <u16>packetId;
    c.inflight += 1;
    c.quota -= 1;
  }
  entry.state = <u8>EntryState.InFlight;
  beginPublish(c, i, false);
  return true;
}

/** [MQTT3-4.4.0-1] [MQTT5-4.4.0-1] Sends a message of a resumed session again, with its original id. */
function beginAgain(c: Client, i: u32): bool {
  if (c.quota == 0) return false;
  c.quota -= 1;
  beginPublish(c, i, true);
  return true;
}

/** Lowers a message that was never sent to what this broker takes, if its caller allows it. */
function adapt(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  const mayLower: bool = i == STATUS_ENTRY || (entry.options & Stored.MayLower) != 0;
  if (entry.state == EntryState.Queued && mayLower) lowerOptions(c, entry);
}

/** The DropReason of a message that can never be sent to this broker; 0 if it can. */
function obstacle(c: Client, i: u32): u32 {
  const entry: Entry = entryAt(c, i);
  if (entry.state == EntryState.Released) return 0;
  if (isUselessNow(c, i)) return DropReason.Expired;
  if (!speaksFive(c)) return 0;
  adapt(c, i);
  const hasAlias: bool = aliasOf(c, entry.topic) > 0;
  const isTaken: bool = areOptionsTaken(c, entry.options) && isPacketTaken(c, publishLength(c, i, hasAlias));
  if (isTaken) return 0;
  return wasSent(entry) ? DropReason.OutcomeUnknown : DropReason.NotSupported;
}

/** Ends what stands at the cursor and will never be sent. */
function dropUnsendable(c: Client): void {
  while (c.cursor != 0) {
    const why: u32 = obstacle(c, c.cursor);
    if (why == 0) return;
    if (c.cursor == STATUS_ENTRY) statusRefused(c);
    drop(c, c.cursor, why);
  }
}

/** The message or PUBREL at the cursor. */
function beginMessage(c: Client): bool {
  if (MQTT5) dropUnsendable(c);
  const i: u32 = c.cursor;
  if (i == 0) return false;
  const entry: Entry = entryAt(c, i);
  const next: u16 = entry.next;
  let begun: bool = true;
  if (entry.state == EntryState.Released) beginPubrel(c, entry.packetId);
  else if (entry.state == EntryState.InFlight) begun = beginAgain(c, i);
  else begun = beginFirst(c, i);
  if (begun) c.cursor = next;
  return begun;
}

/** The status goes before messages that were never sent, after those that a resumed session sends again. */
function queueOwedStatus(c: Client): void {
  if (!c.statusOwed || isStatusInFlight(c)) return;
  if (c.cursor == 0 || c.phase == Phase.Leaving || entryAt(c, c.cursor).state == EntryState.Queued)
    queueStatus(c);
}

function beginOwedRequest(c: Client): bool {
  if (speaksFive(c)) refuseUnsupported(c);
  const type: u32 = owedRequest(c);
  if (type == 0) return false;
  const packetId: u32 = takePacketId(c, REQUEST_OWNER);
  if (packetId == 0) return false;
  beginRequestPacket(c, type, packetId);
  return true;
}

/** While leaving, messages go on until the status was acknowledged, then DISCONNECT. [MQTT3-3.14.4-2] [MQTT5-3.14.4-2] */
function beginGoodbye(c: Client): void {
  if (!c.disconnectOwed && isStatusUnsettled(c)) beginMessage(c);
  else beginDisconnect(c);
}

/**
 * Between CONNACK and the end: what is owed to the peer goes before what this side wants. Only messages need a quota.
 * [MQTT5-3.3.4-8]
 */
function beginInSession(c: Client): void {
  if (c.ackCount > 0) {
    beginAcks(c, HEAD_BYTES);
  } else if (isPingOwed(c)) {
    beginEmpty(c, Packet.Pingreq, Sending.Ping);
  } else if (c.phase != Phase.Draining) {
    queueOwedStatus(c);
    if (c.phase == Phase.Leaving) beginGoodbye(c);
    else if (!beginOwedRequest(c)) beginMessage(c);
  }
}

/** [MQTT5-3.1.2-30] Before CONNACK AUTH is all that may follow CONNECT. */
function isAuthDue(c: Client): bool {
  return (c.phase == Phase.Handshaking || c.phase == Phase.Connected) && isAuthOwed(c);
}

function beginNext(c: Client): void {
  // [MQTT3-3.1.0-1] [MQTT5-3.1.0-1] CONNECT is the first packet, and nothing follows before CONNACK
  if (c.phase == Phase.Handshaking && c.connectOwed) beginConnect(c);
  else if (c.phase == Phase.Ending) beginDisconnect(c);
  else if (speaksFive(c) && isAuthDue(c)) beginReasoned(c, Packet.Auth, owedAuthCode(c), Sending.Auth);
  else if (c.phase == Phase.Connected || c.phase == Phase.Leaving || c.phase == Phase.Draining)
    beginInSession(c);
}

/** The bytes to send next: their number, at `spanAt`. They stay where they are until `sent` or the end of the connection. */
export function spanToSend(c: Client): u32 {
  if (c.spanLength == 0 && c.sending == Sending.Nothing) beginNext(c);
  return c.spanLength;
}

/** The last byte of a packet was handed over. */
function packetSent(c: Client, nowMs: u32): void {
  const sending: u32 = c.sending;
  const i: u32 = c.sendEntry;
  c.sending = <u8>Sending.Nothing;
  c.sendEntry = 0;
  sentSomething(c, nowMs);
  if (sending == Sending.Publish) {
    if (qosOf(entryAt(c, i)) == 0) handOver(c, i);
    else publishSent(c, entryAt(c, i).packetId, nowMs);
  } else if (sending == Sending.Ping) {
    pingSent(c, nowMs);
  } else if (sending == Sending.Connect) {
    c.connectOwed = false;
    awaitAnswer(c);
  } else if (sending == Sending.Auth) {
    authSent(c);
  } else if (sending == Sending.Disconnect) {
    c.disconnectOwed = false;
    beginClosing(c, c.closeReason, true); // [MQTT3-3.14.4-1] [MQTT5-3.14.4-1]
  }
}

/** The transport took the first `bytes` of the span. */
export function spanSent(c: Client, bytes: u32, nowMs: u32): void {
  c.spanAt += bytes;
  c.spanLength -= bytes;
  c.sendTouched = true;
  if (c.ping == Ping.Owed) c.pingSinceMs = nowMs; // it waits behind bytes that still move
  if (c.spanLength > 0) return;
  nextPiece(c);
  if (isPacketOver(c)) packetSent(c, nowMs);
}

/** Whether the packet that begins now is a PUBLISH that lies in the block whole. */
function isWholePublish(c: Client): bool {
  return (
    c.sending == Sending.Publish &&
    !c.sendTouched &&
    !speaksFive(c) &&
    c.sendPiece == 0 &&
    (entryAt(c, c.sendEntry).options & Option.InParts) == 0
  );
}

/** A PUBLISH that has room in one go needs no memory of how far it got. Its length, or 0 if it has not. */
function collectPublish(c: Client, to: usize, capacity: u32, nowMs: u32): u32 {
  const i: u32 = c.sendEntry;
  const entry: Entry = entryAt(c, i);
  const head: u32 = c.spanLength;
  const topic: u32 = wireTopicLength(c, entry);
  const id: u32 = qosOf(entry) > 0 ? 2 : 0;
  const payload: u32 = storedLength(c, i);
  if (head + topic + id + payload > capacity) return 0;
  for (let k: u32 = 0; k < head; k++) store<u8>(to + k, load<u8>(addressOf(c, c.spanAt) + k));
  memory.copy(to + head, addressOf(c, wireTopic(c, entry)), topic);
  if (id > 0) writeU16(to + head + topic, entry.packetId);
  memory.copy(to + head + topic + id, addressOf(c, wirePayload(c, i)), payload);
  c.spanLength = 0;
  packetSent(c, nowMs);
  return head + topic + id + payload;
}

function collectSpan(c: Client, to: usize, capacity: u32, nowMs: u32): u32 {
  const bytes: u32 = min<u32>(c.spanLength, capacity);
  memory.copy(to, addressOf(c, c.spanAt), bytes);
  spanSent(c, bytes, nowMs);
  return bytes;
}

/** Copies what waits to be sent, packet after packet, up to `capacity` bytes. */
export function collectSpans(c: Client, to: usize, capacity: u32, nowMs: u32): u32 {
  let copied: u32 = 0;
  while (copied < capacity && spanToSend(c) > 0) {
    const whole: u32 = isWholePublish(c) ? collectPublish(c, to + copied, capacity - copied, nowMs) : 0;
    copied += whole > 0 ? whole : collectSpan(c, to + copied, capacity - copied, nowMs);
  }
  return copied;
}
