// The client's exported functions, and only those. Every call takes the block first. A negative answer is a Status, and then
// nothing has changed. Addresses are of the caller's own bytes, which are copied before the call returns; offsets in the
// block's fields count from the block.
//
// A port does this, whatever its sockets look like, after anything that happened and when `deadlineMs` has passed:
//
//   poll until None ─ collect and write until 0 ─ poll until None ─ ask deadlineMs

import { answerAuth } from "./client/authentication";
import { addressOf, Client } from "./client/block";
import {
  cancelMessage,
  publishInParts,
  publishOnTheSpot,
  publishPrepared,
  publishWithProperties,
  subscribeWithOptions,
} from "./client/calls";
import { begin, leave, leaveWith, transportClosed, transportOpened, wake } from "./client/connection";
import { fiveOf, isPropertyAt } from "./client/five";
import { nextDeadline, nextEvent } from "./client/poll";
import {
  addChecked,
  addTopic,
  chooseClean,
  chooseClientId,
  chooseCredentials,
  chooseKeepAlive,
  chooseLiveness,
  chooseReconnect,
  chooseStatusTopic,
  chooseVersion,
  chooseWill,
  initialise,
  isInitialised,
  sizeOfBlock,
  takeStoredSession,
} from "./client/settings";
import {
  addProperties,
  chooseConnectProperties,
  chooseIntake,
  chooseRequestProperties,
  chooseSessionExpiry,
  chooseWillProperties,
} from "./client/settings-five";
import { ClosedBy, Event, Phase, Status } from "./client/status";
import { MQTT5 } from "./features";
import { readAtOnce } from "./packet/at-once";
import { collectSpans, spanSent, spanToSend } from "./packet/next";
import { propertyBytes } from "./packet/properties";
import { writeBytesProperty, writeNumberProperty, writePairProperty } from "./packet/property-writer";
import { receiveSpace, takeReceived } from "./packet/receive";
import { writeStraight } from "./packet/straight";
import { passSeconds } from "./session/expiry";
import { nextMatch, unwantFilter, wantFilter } from "./session/filters";
import { LossPolicy } from "./session/loss";
import { supplyPart } from "./session/parts";
import { oweStatus } from "./session/status-cell";
import { isTextNamed } from "./session/text-use";
import { forgetText, isText, TextKind } from "./session/texts";

/**
 * Bytes of a block with these capacities: receive buffer (64 or more) and outbox (up to 65,535) in bytes, messages in the
 * outbox, of them in flight, incoming QoS 2 ids, texts and their bytes, and topic filters, which are texts too.
 */
export function blockBytes(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  return sizeOfBlock(receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
}

/** Makes a fresh client of `blockBytes` bytes at `c`, aligned to 4. Answers their number. */
export function init(
  c: Client,
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  return initialise(c, receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
}

/** Checks and stores a topic name once; messages then name it by the handle. */
export function prepareTopic(c: Client, at: usize, length: u32): i32 {
  return addTopic(c, at, length);
}

/** Checks and stores a string: client id, user name. */
export function prepareString(c: Client, at: usize, length: u32): i32 {
  return addChecked(c, at, length, TextKind.String);
}

/** Stores bytes: a password, the payload of a will or of a status. */
export function prepareBytes(c: Client, at: usize, length: u32): i32 {
  return addChecked(c, at, length, TextKind.Bytes);
}

export function setVersion(c: Client, version: u32): i32 {
  return isInitialised(c) ? chooseVersion(c, version) : Status.NotInitialised;
}

export function setClean(c: Client, clean: bool): i32 {
  return isInitialised(c) ? chooseClean(c, clean) : Status.NotInitialised;
}

export function setClientId(c: Client, text: u32): i32 {
  return isInitialised(c) ? chooseClientId(c, text) : Status.NotInitialised;
}

export function setCredentials(c: Client, userName: u32, password: u32): i32 {
  return isInitialised(c) ? chooseCredentials(c, userName, password) : Status.NotInitialised;
}

export function setWill(c: Client, topic: u32, payload: u32, options: u32): i32 {
  return isInitialised(c) ? chooseWill(c, topic, payload, options) : Status.NotInitialised;
}

export function setStatusTopic(c: Client, topic: u32, goodbye: u32): i32 {
  return isInitialised(c) ? chooseStatusTopic(c, topic, goodbye) : Status.NotInitialised;
}

export function setKeepAlive(c: Client, seconds: u32): i32 {
  return isInitialised(c) ? chooseKeepAlive(c, seconds) : Status.NotInitialised;
}

export function setLiveness(c: Client, pingDeadlineMs: u32, retransmitMs: u32): i32 {
  return isInitialised(c) ? chooseLiveness(c, pingDeadlineMs, retransmitMs) : Status.NotInitialised;
}

export function setReconnect(
  c: Client,
  reconnect: bool,
  baseMs: u32,
  maxMs: u32,
  connectTimeoutMs: u32,
): i32 {
  return isInitialised(c)
    ? chooseReconnect(c, reconnect, baseMs, maxMs, connectTimeoutMs)
    : Status.NotInitialised;
}

/** Whether messages that a forgotten session leaves unacknowledged are published again as new: bit 0 QoS 1, bit 1 QoS 2. */
export function setLossPolicy(c: Client, policy: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (policy > <u32>LossPolicy.All) return Status.ArgumentRange;
  c.lossPolicy = <u8>policy;
  return Status.Ok;
}

/** Whether messages larger than the receive buffer are taken in parts. Else they are skipped, acknowledged and reported. */
export function setTakesParts(c: Client, takesParts: bool): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  c.takesParts = takesParts;
  return Status.Ok;
}

/** Resumes the broker's session of a client that kept none itself, and so may publish nothing above QoS 0. */
export function assumeSession(c: Client): i32 {
  return isInitialised(c) ? takeStoredSession(c) : Status.NotInitialised;
}

/** The retained status is the prepared bytes `text` from now on. */
export function setStatus(c: Client, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (!isText(c, text, TextKind.Bytes)) return Status.BadHandle;
  c.statusText = <u16>text;
  if (c.phase == Phase.Connected) oweStatus(c);
  return Status.Ok;
}

/** Starts to connect, and to stay connected. */
export function connect(c: Client, nowMs: u32): i32 {
  return isInitialised(c) ? begin(c, nowMs) : Status.NotInitialised;
}

/** Answers OpenTransport: it is open. */
export function opened(c: Client): i32 {
  return isInitialised(c) ? transportOpened(c) : Status.NotInitialised;
}

/** The transport is gone, or could not be had; `random` is a fresh random word. */
export function closed(c: Client, by: ClosedBy, random: u32, nowMs: u32): i32 {
  return isInitialised(c) ? transportClosed(c, by, random, nowMs) : Status.NotInitialised;
}

/** Says goodbye, waiting at most `waitMs` for the status to be acknowledged, and stays disconnected. */
export function disconnect(c: Client, waitMs: u32, nowMs: u32): i32 {
  return isInitialised(c) ? leave(c, waitMs, nowMs) : Status.NotInitialised;
}

/** The block is a copy made behind a poll, before a sleep of `sleptMs` or a restart: its transport is gone, its session goes on. */
export function restore(c: Client, sleptMs: u32, nowMs: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  wake(c, sleptMs, nowMs);
  return Status.Ok;
}

/** The address to write received bytes to. */
export function receiveAddress(c: Client): usize {
  return changetype<usize>(c) + c.receiveAt + c.receiveEnd;
}

/** How many may be written there; 0: poll first. */
export function receiveRoom(c: Client): u32 {
  return isInitialised(c) ? receiveSpace(c) : 0;
}

/** `bytes` were written there. */
export function received(c: Client, bytes: u32, nowMs: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (bytes > c.receiveCapacity - c.receiveEnd) return Status.ArgumentRange;
  takeReceived(c, bytes, nowMs);
  return Status.Ok;
}

/**
 * `bytes` were written there, and if they begin with a message at QoS 0 that is whole, with nothing before it, it is told at once,
 * as by Event.Message: retain, topic and payload, which lie there until bytes are written again. `known` of the bytes behind its
 * fixed header are those of a topic that was told before, with its length; 0 if they may be others. Answers the packet's length: it
 * is not there for `received`, and what stands behind it is written anew. 0: nothing has changed, and all is for `received`.
 */
export function readNow(c: Client, bytes: u32, known: u32, nowMs: u32): u32 {
  return isInitialised(c) ? readAtOnce(c, bytes, known, nowMs) : 0;
}

/** The next event, 0 when there is none. */
export function poll(c: Client, nowMs: u32): Event {
  return isInitialised(c) ? nextEvent(c, nowMs) : Event.None;
}

/** ms until `poll` is due without further cause; -1 never. */
export function deadlineMs(c: Client, nowMs: u32): i32 {
  return isInitialised(c) ? nextDeadline(c, nowMs) : -1;
}

/** Bytes that wait to be sent at `sendAddress`, 0 for none. They stay there until `sent` or `closed`. */
export function toSend(c: Client): u32 {
  return isInitialised(c) ? spanToSend(c) : 0;
}

export function sendAddress(c: Client): usize {
  return changetype<usize>(c) + c.spanAt;
}

/** The transport took `bytes` of them. */
export function sent(c: Client, bytes: u32, nowMs: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (bytes > c.spanLength) return Status.ArgumentRange;
  if (bytes > 0) spanSent(c, bytes, nowMs);
  return Status.Ok;
}

/** Copies up to `capacity` bytes that wait to be sent to `to`, for a transport that takes them all. Answers how many. */
export function collect(c: Client, to: usize, capacity: u32, nowMs: u32): u32 {
  return isInitialised(c) ? collectSpans(c, to, capacity, nowMs) : 0;
}

/** Publishes `length` bytes to a prepared topic. Options: QoS in bits 0–1, 4 retain; when full 16 drop the oldest unsent, 32 replace the unsent one of this topic; 64 accept QoS 0 without a connection only to report it as dropped. Answers a ticket. */
export function publish(c: Client, topic: u32, payload: usize, length: u32, options: u32): i32 {
  return publishPrepared(c, topic, payload, length, options);
}

/**
 * Publishes at QoS 0 straight to `to`, for a transport that takes every byte there: no place in the outbox, no ticket, no
 * event. Options: 4 retain. Answers the packet's length; 0 if something waits to be sent or `capacity` is short: then `publish`.
 */
export function publishNow(
  c: Client,
  topic: u32,
  payload: usize,
  length: u32,
  options: u32,
  to: usize,
  capacity: u32,
  nowMs: u32,
): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return writeStraight(c, topic, payload, length, options, to, capacity, nowMs);
}

/** The same to a topic given on the spot. */
export function publishTo(
  c: Client,
  topic: usize,
  topicLength: u32,
  payload: usize,
  length: u32,
  options: u32,
): i32 {
  return publishOnTheSpot(c, topic, topicLength, payload, length, options);
}

/** Publishes `total` bytes that PartWanted asks for while they are sent. `topic` is a handle, or 0 for the name at `name`. */
export function publishParts(
  c: Client,
  topic: u32,
  name: usize,
  nameLength: u32,
  total: u32,
  options: u32,
): i32 {
  return publishInParts(c, topic, name, nameLength, 0, 0, total, options);
}

/** Answers PartWanted with the next bytes, at most as many as it asked for. */
export function supply(c: Client, ticket: u32, bytes: usize, length: u32): i32 {
  return isInitialised(c) ? supplyPart(c, ticket, bytes, length) : Status.NotInitialised;
}

/** Takes back an unsent message, or one in parts whose source is gone. */
export function cancel(c: Client, ticket: u32): i32 {
  return cancelMessage(c, ticket);
}

/** Wants a topic filter at a QoS, now and in every session to come. All that wait go into one SUBSCRIBE. Answers its handle. */
export function subscribe(c: Client, filter: usize, length: u32, qos: u32): i32 {
  return isInitialised(c) ? wantFilter(c, filter, length, qos) : Status.NotInitialised;
}

/** Wants it no longer. Answers its handle. */
export function unsubscribe(c: Client, filter: usize, length: u32): i32 {
  return isInitialised(c) ? unwantFilter(c, filter, length) : Status.NotInitialised;
}

/** The next filter after `handle` that matches the topic of the message reported last, 0 none. */
export function nextMatching(c: Client, handle: u32): u32 {
  return isInitialised(c) ? nextMatch(c, handle + 1, c.eventTopicAt, c.eventTopicLength) : 0;
}

/** Gives back a text that no setting and no message uses any more. */
export function forget(c: Client, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (
    text == 0 ||
    text > c.textCapacity ||
    isText(c, text, TextKind.Filter) ||
    isText(c, text, TextKind.Free)
  )
    return Status.BadHandle;
  if (isTextNamed(c, text)) return Status.TextInUse;
  forgetText(c, text);
  return Status.Ok;
}

/** Whether this image speaks MQTT 5. Without it the calls below refuse with VersionUnknown, or do nothing. */
export function hasFive(): bool {
  return MQTT5;
}

/** Checks and stores properties for packets of this type: 1 CONNECT, 14 DISCONNECT, 15 AUTH, or 0 a will. What the client says itself is not among them. */
export function prepareProperties(c: Client, type: u32, at: usize, length: u32): i32 {
  return addProperties(c, type, at, length);
}

/** CONNECT carries these prepared properties, 0 none. An authentication method among them is that of every AUTH. */
export function setConnectProperties(c: Client, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? chooseConnectProperties(c, text) : Status.VersionUnknown;
}

export function setWillProperties(c: Client, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? chooseWillProperties(c, text) : Status.VersionUnknown;
}

/** Every SUBSCRIBE (type 8) or UNSUBSCRIBE (10) carries these user properties, prepared for it; 0 none. Not while one is under way. */
export function setRequestProperties(c: Client, type: u32, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? chooseRequestProperties(c, type, text) : Status.VersionUnknown;
}

/** How many seconds the broker keeps a session that is not clean; usually 7 days. */
export function setSessionExpiry(c: Client, seconds: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? chooseSessionExpiry(c, seconds) : Status.VersionUnknown;
}

/** The largest packet that is taken, 0 for any that comes in parts; and how many topic aliases, 0 to 255, each of which takes a text. */
export function setIntake(c: Client, largestPacket: u32, aliases: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? chooseIntake(c, largestPacket, aliases) : Status.VersionUnknown;
}

/** `publish` or, with topic 0, `publishTo` with encoded properties, which are copied. A message expiry among them is counted down until the message is sent, and one that was never sent is dropped when it is over. Option 256: QoS and retain may be lowered to what the broker takes. */
export function publishWith(
  c: Client,
  topic: u32,
  name: usize,
  nameLength: u32,
  properties: usize,
  propertiesLength: u32,
  payload: usize,
  length: u32,
  options: u32,
  nowMs: u32,
): i32 {
  return publishWithProperties(
    c,
    topic,
    name,
    nameLength,
    properties,
    propertiesLength,
    payload,
    length,
    options,
    nowMs,
  );
}

/** `publishParts` with encoded properties, as `publishWith` has them. */
export function publishPartsWith(
  c: Client,
  topic: u32,
  name: usize,
  nameLength: u32,
  properties: usize,
  propertiesLength: u32,
  total: u32,
  options: u32,
  nowMs: u32,
): i32 {
  if (isInitialised(c)) passSeconds(c, nowMs);
  return publishInParts(c, topic, name, nameLength, properties, propertiesLength, total, options);
}

/** `subscribe` with options: QoS in bits 0–1, 4 no local, 8 retain as published, 16 or 32 retain handling; and an identifier, 0 none. */
export function subscribeWith(c: Client, filter: usize, length: u32, options: u32, identifier: u32): i32 {
  return subscribeWithOptions(c, filter, length, options, identifier);
}

/**
 * `disconnect` with a reason, such as 4 that lets the will out, and prepared properties, 0 none. NotSupported: they make it larger
 * than the broker takes, and nothing has changed.
 */
export function disconnectWith(c: Client, reason: u32, text: u32, waitMs: u32, nowMs: u32): i32 {
  return isInitialised(c) ? leaveWith(c, reason, text, waitMs, nowMs) : Status.NotInitialised;
}

/**
 * Answers Authenticate with prepared properties, or while connected begins to authenticate anew. NotSupported while connected: they
 * make AUTH larger than the broker takes.
 */
export function authenticate(c: Client, text: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  return MQTT5 ? answerAuth(c, text) : Status.VersionUnknown;
}

/** The reason code of the packet that the last event came from: CONNACK, an acknowledgement, AUTH, or DISCONNECT with `ServerDisconnect`. */
export function eventReason(c: Client): u32 {
  return MQTT5 && isInitialised(c) ? <u32>fiveOf(c).reason : 0;
}

/** Offset from the block of the next property of the last event behind the one at `after`, or with 0 of the first; 0 none. Its id is the first byte. Valid until the next poll. */
export function nextProperty(c: Client, after: u32): u32 {
  if (!MQTT5 || !isInitialised(c)) return 0;
  if (after != 0 && !isPropertyAt(c, after)) return 0;
  const at: u32 = after == 0 ? fiveOf(c).propertiesAt : after + propertyBytes(addressOf(c, after));
  return isPropertyAt(c, at) ? at : 0;
}

/** Bytes of the property at `at`, its id among them; 0 if the last event has none there. */
export function propertyLength(c: Client, at: u32): u32 {
  return MQTT5 && isInitialised(c) && isPropertyAt(c, at) ? propertyBytes(addressOf(c, at)) : 0;
}

/** Writes a property with a number into the `room` at `to`. Answers its bytes, or ArgumentRange. */
export function writeNumber(to: usize, room: u32, id: u32, value: u32): i32 {
  return MQTT5 ? writeNumberProperty(to, room, id, value) : Status.VersionUnknown;
}

/** The same with a text or bytes. */
export function writeBytes(to: usize, room: u32, id: u32, from: usize, length: u32): i32 {
  return MQTT5 ? writeBytesProperty(to, room, id, from, length) : Status.VersionUnknown;
}

/** The same with a user property. */
export function writePair(
  to: usize,
  room: u32,
  name: usize,
  nameLength: u32,
  value: usize,
  valueLength: u32,
): i32 {
  return MQTT5 ? writePairProperty(to, room, name, nameLength, value, valueLength) : Status.VersionUnknown;
}
