// The packet that is being sent: its pieces one after the other, each sent from where it lies. A short write is a normal
// state. Which packet comes next is next.ts.
//
//   PUBLISH    head ─ topic ─ [packet id] ─ payload
//   CONNECT    head ─ client id ─ will topic ─ will payload ─ user name ─ password
//   SUBSCRIBE  head ─ filter and options ─ …        UNSUBSCRIBE  head ─ filter ─ …
//   the others head

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { Option } from "../session/entry-state";
import { qosOf, STATUS_ENTRY, wireTopic, wireTopicLength } from "../session/outbox";
import { partsLeft, wantPart } from "../session/parts";
import { nextOfRequest, wireFilter, wireFilterLength } from "../session/subscriptions";
import { textLength, wireText } from "../session/texts";
import { writeU16 } from "./bytes";

/** What is being sent. */
export const enum Sending {
  Nothing = 0,
  Connect = 1,
  Acks = 2,
  Ping = 3,
  Request = 4,
  Publish = 5,
  Disconnect = 6,
}

const enum Piece {
  Head = 0,
  Topic = 1,
  PacketId = 2,
  Payload = 3,
}

export function setSpan(c: Client, at: u32, length: u32): void {
  c.spanAt = at;
  c.spanLength = length;
}

/** The head buffer holds `length` bytes of a packet that begins now. */
export function beginPacket(c: Client, sending: Sending, length: u32): void {
  c.sending = <u8>sending;
  c.sendPiece = 0;
  c.sendTouched = false;
  setSpan(c, c.headAt, length);
}

/** The text of CONNECT's payload that stands at `piece`, 0 when it has none there. [MQTT3-3.1.3-1] [MQTT3-3.1.3-3] */
function connectText(c: Client, piece: u32): u32 {
  const withWill: bool = c.willTopic != 0 && !c.clearing; // [MQTT3-3.1.2-9] as the flag says
  if (piece == 1) return c.clientId;
  if (piece == 2) return withWill ? <u32>c.willTopic : 0;
  if (piece == 3) return withWill ? <u32>c.willPayload : 0;
  if (piece == 4) return c.userName;
  return c.password;
}

const CONNECT_TEXTS: u32 = 5;

/** Bytes of CONNECT's payload. */
export function connectPayloadLength(c: Client): u32 {
  let bytes: u32 = 0;
  for (let piece: u32 = 1; piece <= CONNECT_TEXTS; piece++) {
    const text: u32 = connectText(c, piece);
    if (text != 0) bytes += 2 + textLength(c, text);
    else if (piece == 1) bytes += 2; // an empty client id has its length all the same
  }
  return bytes;
}

function nextConnectPiece(c: Client): void {
  while (c.sendPiece < CONNECT_TEXTS && c.spanLength == 0) {
    c.sendPiece += 1;
    const text: u32 = connectText(c, c.sendPiece);
    if (text != 0) {
      setSpan(c, wireText(c, text), 2 + textLength(c, text));
    } else if (c.sendPiece == 1) {
      writeU16(addressOf(c, c.headAt), 0);
      setSpan(c, c.headAt, 2);
    }
  }
}

/** Here `sendPiece` is the handle of the filter that was sent last. */
function nextRequestPiece(c: Client): void {
  const handle: u32 = nextOfRequest(c, c.sendPiece);
  if (handle == 0) return;
  c.sendPiece = <u16>handle;
  setSpan(c, wireFilter(c, handle), wireFilterLength(c, handle, c.requestType));
}

/** Offset of a message's payload from the block. */
export function wirePayload(c: Client, i: u32): u32 {
  if (i == STATUS_ENTRY) return wireText(c, c.statusSent) + 2;
  const entry: Entry = entryAt(c, i);
  return c.outboxAt + entry.offset + (entry.topic == 0 ? wireTopicLength(c, entry) : 0);
}

/** Bytes of it that lie in the block. */
export function storedLength(c: Client, i: u32): u32 {
  if (i == STATUS_ENTRY) return textLength(c, c.statusSent);
  const entry: Entry = entryAt(c, i);
  return <u32>entry.length - (entry.topic == 0 ? wireTopicLength(c, entry) : 0);
}

function setPublishPiece(c: Client, piece: u32, i: u32): void {
  const entry: Entry = entryAt(c, i);
  if (piece == Piece.Topic) {
    setSpan(c, wireTopic(c, entry), wireTopicLength(c, entry));
  } else if (piece == Piece.PacketId && qosOf(entry) > 0) {
    // [MQTT3-2.3.1-5] QoS 0 has none
    writeU16(addressOf(c, c.headAt), entry.packetId);
    setSpan(c, c.headAt, 2);
  } else if (piece == Piece.Payload && (entry.options & Option.InParts) == 0) {
    setSpan(c, wirePayload(c, i), storedLength(c, i));
  }
}

function nextPublishPiece(c: Client): void {
  while (c.sendPiece < <u16>Piece.Payload && c.spanLength == 0) {
    c.sendPiece += 1;
    setPublishPiece(c, c.sendPiece, c.sendEntry);
  }
  if (c.spanLength == 0 && partsLeft(c) > 0) wantPart(c);
}

/** Moves on to the packet's next piece. The span stays empty when there is none, or none yet. */
export function nextPiece(c: Client): void {
  if (c.sending == Sending.Publish) nextPublishPiece(c);
  else if (c.sending == Sending.Request) nextRequestPiece(c);
  else if (c.sending == Sending.Connect) nextConnectPiece(c);
}

/** True when every piece of the current packet has been handed over. */
export function isPacketOver(c: Client): bool {
  return c.spanLength == 0 && !(c.sending == Sending.Publish && partsLeft(c) > 0);
}
