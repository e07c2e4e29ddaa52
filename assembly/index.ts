// The client's exported functions, and only those. Every call takes the block first. A negative answer is a Status, and then
// nothing has changed. Addresses are of the caller's own bytes, which are copied before the call returns; offsets in the
// block's fields count from the block.
//
// A port does this, whatever its sockets look like, after anything that happened and when `deadlineMs` has passed:
//
//   poll until None ─ collect and write until 0 ─ poll until None ─ ask deadlineMs

import { Client } from "./client/block";
import { cancelMessage, publishInParts, publishOnTheSpot, publishPrepared } from "./client/calls";
import { begin, leave, transportClosed, transportOpened, wake } from "./client/connection";
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
import { ClosedBy, Event, Phase, Status } from "./client/status";
import { collectSpans, spanSent, spanToSend } from "./packet/next";
import { receiveSpace, takeReceived } from "./packet/receive";
import { writeStraight } from "./packet/straight";
import { LossPolicy } from "./session/loss";
import { supplyPart } from "./session/parts";
import { oweStatus } from "./session/status-cell";
import { nextMatch, unwantFilter, wantFilter } from "./session/subscriptions";
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

/** The block is a copy made before a sleep of `sleptMs`, or before a restart: its transport is gone, its session goes on. */
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
  return publishInParts(c, topic, name, nameLength, total, options);
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
