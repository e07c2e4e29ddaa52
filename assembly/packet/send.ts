// The packet that is being sent: its pieces one after the other, each sent from where it lies. A short write is a normal
// state. Which packet comes next is next.ts.
//
//   PUBLISH    head ─ topic ─ [packet id] ─ [properties] ─ payload
//   CONNECT    head ─ [properties] ─ client id ─ [will's properties] ─ will topic ─ will payload ─ user name ─ password
//   SUBSCRIBE  head ─ [properties] ─ filter and options ─ …        UNSUBSCRIBE  head ─ [properties] ─ filter ─ …
//   the others head

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { Five, fiveOf, speaksFive } from "../client/five";
import { MQTT5 } from "../features";
import { Option } from "../session/entry-state";
import { wireFilter, wireFilterLength } from "../session/filters";
import { qosOf, STATUS_ENTRY } from "../session/outbox";
import { partsLeft, wantPart } from "../session/parts";
import { nextOfRequest, requestProperties } from "../session/requests";
import {
  frontBytes,
  Stored,
  storedProperties,
  storedPropertiesLength,
  wireTopic,
  wireTopicLength,
} from "../session/stored";
import { textLength, wireText } from "../session/texts";
import { writeU16 } from "./bytes";
import {
  connectPropertiesBytes,
  preparedAt,
  willPropertiesBytes,
  writeOwnFirst,
  writeOwnSecond,
  writeWillLength,
} from "./connect-properties";
import { writePublishProperties } from "./publish-five";

/** What is being sent. */
export const enum Sending {
  Nothing = 0,
  Connect = 1,
  Acks = 2,
  Ping = 3,
  Request = 4,
  Publish = 5,
  Disconnect = 6,
  Auth = 7,
}

const enum Piece {
  Head = 0,
  Topic = 1,
  /** In 5 with the properties that this client sets. */
  PacketId = 2,
  Properties = 3,
  Payload = 4,
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

/** CONNECT behind its head. [MQTT3-3.1.3-1] [MQTT3-3.1.3-3] [MQTT5-3.1.3-1] [MQTT5-3.1.3-3] */
const enum ConnectPiece {
  OwnProperties = 1,
  MoreProperties = 2,
  CallersProperties = 3,
  ClientId = 4,
  WillLength = 5,
  WillProperties = 6,
  WillTopic = 7,
  WillPayload = 8,
  UserName = 9,
  Password = 10,
}

/** [MQTT3-3.1.2-9] [MQTT5-3.1.2-9] as the flag says */
function sendsWill(c: Client): bool {
  return c.willTopic != 0 && !c.clearing;
}

/** The text that stands at `piece`, 0 when it has none there. */
function connectText(c: Client, piece: u32): u32 {
  if (piece == ConnectPiece.ClientId) return c.clientId;
  if (piece == ConnectPiece.WillTopic) return sendsWill(c) ? <u32>c.willTopic : 0;
  if (piece == ConnectPiece.WillPayload) return sendsWill(c) ? <u32>c.willPayload : 0;
  if (piece == ConnectPiece.UserName) return c.userName;
  return piece == ConnectPiece.Password ? <u32>c.password : 0;
}

/** Bytes of CONNECT behind its head. */
export function connectRestLength(c: Client): u32 {
  let bytes: u32 = 0;
  for (let piece: u32 = ConnectPiece.ClientId; piece <= <u32>ConnectPiece.Password; piece++) {
    const text: u32 = connectText(c, piece);
    if (text != 0) bytes += 2 + textLength(c, text);
    else if (piece == ConnectPiece.ClientId) bytes += 2; // an empty client id has its length all the same
  }
  if (!speaksFive(c)) return bytes;
  bytes += connectPropertiesBytes(c);
  return sendsWill(c) ? bytes + willPropertiesBytes(c) : bytes;
}

function setPrepared(c: Client, text: u32): void {
  if (text != 0) setSpan(c, preparedAt(c, text), textLength(c, text));
}

/** What only MQTT 5 has in CONNECT. */
function setPropertiesPiece(c: Client, piece: u32): void {
  const five: Five = fiveOf(c);
  if (piece == ConnectPiece.OwnProperties) setSpan(c, c.headAt, writeOwnFirst(c));
  else if (piece == ConnectPiece.MoreProperties) setSpan(c, c.headAt, writeOwnSecond(c));
  else if (piece == ConnectPiece.CallersProperties) setPrepared(c, five.connectProperties);
  else if (piece == ConnectPiece.WillLength && sendsWill(c)) setSpan(c, c.headAt, writeWillLength(c));
  else if (piece == ConnectPiece.WillProperties && sendsWill(c)) setPrepared(c, five.willProperties);
}

function setConnectPiece(c: Client, piece: u32): void {
  const text: u32 = connectText(c, piece);
  if (text != 0) {
    setSpan(c, wireText(c, text), 2 + textLength(c, text));
  } else if (piece == ConnectPiece.ClientId) {
    writeU16(addressOf(c, c.headAt), 0);
    setSpan(c, c.headAt, 2);
  } else if (speaksFive(c)) {
    setPropertiesPiece(c, piece);
  }
}

function nextConnectPiece(c: Client): void {
  while (c.sendPiece < <u16>ConnectPiece.Password && c.spanLength == 0) {
    c.sendPiece += 1;
    setConnectPiece(c, c.sendPiece);
  }
}

/** In place of a filter's handle: the caller's properties, which go before all filters. */
const REQUEST_PROPERTIES: u16 = 0xffff;

/** Here `sendPiece` is the handle of the filter that was sent last, 0 behind the head. */
function nextRequestPiece(c: Client): void {
  if (c.sendPiece == 0 && speaksFive(c) && requestProperties(c, c.requestType) != 0) {
    c.sendPiece = REQUEST_PROPERTIES;
    setPrepared(c, requestProperties(c, c.requestType));
    return;
  }
  const handle: u32 = nextOfRequest(c, c.sendPiece == REQUEST_PROPERTIES ? 0 : c.sendPiece);
  if (handle == 0) return;
  c.sendPiece = <u16>handle;
  setSpan(c, wireFilter(c, handle), wireFilterLength(c, handle, c.requestType));
}

/** Offset of a message's payload from the block. */
export function wirePayload(c: Client, i: u32): u32 {
  if (i == STATUS_ENTRY) return wireText(c, c.statusSent) + 2;
  const entry: Entry = entryAt(c, i);
  return c.outboxAt + entry.offset + frontBytes(c, entry);
}

/** Bytes of it that lie in the block. */
export function storedLength(c: Client, i: u32): u32 {
  if (i == STATUS_ENTRY) return textLength(c, c.statusSent);
  const entry: Entry = entryAt(c, i);
  return <u32>entry.length - frontBytes(c, entry);
}

/** What lies between topic and payload, but for the caller's properties, into the head buffer. Answers its bytes. */
function writePacketId(c: Client, entry: Entry): u32 {
  const bytes: u32 = qosOf(entry) > 0 ? 2 : 0; // [MQTT3-2.3.1-5] [MQTT5-2.2.1-2] QoS 0 has none
  if (bytes > 0) writeU16(addressOf(c, c.headAt), entry.packetId);
  return speaksFive(c) ? writePublishProperties(c, entry, bytes) : bytes;
}

/** The head of a PUBLISH holds its topic too: an empty one, for which the alias stands. */
export function topicIsInHead(c: Client): void {
  c.sendPiece = <u16>Piece.Topic;
}

function setPublishPiece(c: Client, piece: u32, i: u32): void {
  const entry: Entry = entryAt(c, i);
  if (piece == Piece.Topic) {
    setSpan(c, wireTopic(c, entry), wireTopicLength(c, entry));
  } else if (piece == Piece.PacketId) {
    setSpan(c, c.headAt, writePacketId(c, entry));
  } else if (piece == Piece.Properties && speaksFive(c) && (entry.options & Stored.Properties) != 0) {
    setSpan(c, storedProperties(c, entry), storedPropertiesLength(c, entry));
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

/** The properties of DISCONNECT and AUTH. */
function nextReasonedPiece(c: Client): void {
  if (c.sendPiece > 0) return;
  c.sendPiece = 1;
  setPrepared(c, fiveOf(c).outProperties);
}

/** Moves on to the packet's next piece. The span stays empty when there is none, or none yet. */
export function nextPiece(c: Client): void {
  if (c.sending == Sending.Publish) nextPublishPiece(c);
  else if (c.sending == Sending.Request) nextRequestPiece(c);
  else if (c.sending == Sending.Connect) nextConnectPiece(c);
  else if (MQTT5 && c.sending >= <u8>Sending.Disconnect && speaksFive(c)) nextReasonedPiece(c);
}

/** True when every piece of the current packet has been handed over. */
export function isPacketOver(c: Client): bool {
  return c.spanLength == 0 && !(c.sending == Sending.Publish && partsLeft(c) > 0);
}
