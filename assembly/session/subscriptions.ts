// The topic filters that this client wants, what the broker said to each, and the one request that is under way. All that
// wait go into one SUBSCRIBE or UNSUBSCRIBE. It writes no packet.

import { addressOf, Client, Filter, filterAt } from "../client/block";
import { Five, fiveOf, Lack, speaksFive } from "../client/five";
import { Status } from "../client/status";
import { MQTT5 } from "../features";
import { lengthBytes, readU32, writeLength, writeU32 } from "../packet/bytes";
import { Property } from "../packet/property";
import { writeNumberProperty } from "../packet/property-writer";
import { isPacketTaken } from "../packet/publish-five";
import { Reason } from "../packet/reason-codes";
import { hasWildcard, isShared, shareBytes } from "../packet/share";
import { matches } from "../packet/topic";
import { Packet } from "../packet/types";
import { freePacketId } from "./packet-ids";
import {
  addText,
  checkText,
  findText,
  forgetText,
  HAS_IDENTIFIER,
  isText,
  noteOf,
  setNote,
  TextKind,
  textAddress,
  textLength,
  wireText,
} from "./texts";

/** Of the options byte: what there was before 5; what only 5 has, which is noted at the text; of it when retained messages are sent, and its value for a new subscription only. */
const QOS_BITS: u32 = 3;
const FIVES_OPTIONS: u32 = 0x3c;
const RETAIN_HANDLING: u32 = 0x30;
const RETAIN_IF_NEW: u32 = 0x10;

export const enum FilterState {
  Free = 0,
  SubscribeOwed = 1,
  SubscribeSent = 2,
  Granted = 3,
  UnsubscribeOwed = 4,
  UnsubscribeSent = 5,
  /** Answered, and the answer waits to be polled. */
  GrantedUntold = 6,
  RefusedUntold = 7,
  GoneUntold = 8,
}

/** The row of a handle, which counts from 1. */
export function rowAt(c: Client, handle: u32): Filter {
  return filterAt(c, handle - 1);
}

/** The handle of the first filter in this state from `from` on, 0 none. */
export function nextInState(c: Client, from: u32, state: u32): u32 {
  for (let handle: u32 = from; handle <= c.filterRows; handle++) {
    if (rowAt(c, handle).state == state) return handle;
  }
  return 0;
}

/** The handle of a row for a new filter, 0 if all are taken. */
function freeRow(c: Client): u32 {
  const freed: u32 = nextInState(c, 1, FilterState.Free);
  if (freed != 0 || c.filterRows == c.filterCapacity) return freed;
  c.filterRows += 1;
  return c.filterRows;
}

/** The handle of the filter with this text, 0 none. */
function handleOf(c: Client, text: u32): u32 {
  for (let handle: u32 = 1; handle <= c.filterRows; handle++) {
    const row: Filter = rowAt(c, handle);
    if (row.state != FilterState.Free && row.text == text) return handle;
  }
  return 0;
}

/**
 * The handle for these bytes, with a new row and text if there was none; or why not. A text has room for a subscription
 * identifier or it has not, from its first call on.
 */
function handleFor(c: Client, at: usize, length: u32, identifier: u32): i32 {
  const note: u32 = identifier == 0 ? 0 : HAS_IDENTIFIER;
  const refusal: i32 = checkText(at, length, TextKind.Filter);
  if (refusal < 0) return refusal;
  const known: u32 = findText(c, at, length, TextKind.Filter);
  if (known != 0)
    return note > (noteOf(c, known) & HAS_IDENTIFIER) ? <i32>Status.ArgumentRange : <i32>handleOf(c, known);
  const handle: u32 = freeRow(c);
  if (handle == 0) return Status.TooManyFilters;
  const text: i32 = addText(c, at, length, (note << 8) | TextKind.Filter);
  if (text < 0) return text;
  rowAt(c, handle).text = <u16>text;
  return <i32>handle;
}

/** Whether the broker, or a poll, still owes an answer about this filter. */
function isUnderWay(state: u32): bool {
  return (
    state == FilterState.SubscribeSent ||
    state == FilterState.UnsubscribeSent ||
    state >= <u32>FilterState.GrantedUntold
  );
}

function isOwed(state: u32): bool {
  return state == FilterState.SubscribeOwed || state == FilterState.UnsubscribeOwed;
}

function oweRequest(c: Client, handle: u32, state: u32): i32 {
  const row: Filter = rowAt(c, handle);
  if (isUnderWay(row.state)) return Status.RequestPending;
  if (!isOwed(row.state)) c.owedFilters += 1;
  row.state = <u8>state;
  return <i32>handle;
}

/** The options byte lies behind the text, so that SUBSCRIBE is sent from there. */
function optionsAddress(c: Client, text: u32): usize {
  return textAddress(c, text) + textLength(c, text);
}

/** Wants this filter at this QoS. Its handle, or why not. */
export function wantFilter(c: Client, at: usize, length: u32, qos: u32): i32 {
  return qos > 2 ? <i32>Status.QosRange : wantFilterWith(c, at, length, qos, 0);
}

/** The same with the options of MQTT 5 in checked bits, and a subscription identifier, 0 none. */
export function wantFilterWith(c: Client, at: usize, length: u32, options: u32, identifier: u32): i32 {
  const handle: i32 = handleFor(c, at, length, identifier);
  if (handle < 0) return handle;
  const answer: i32 = oweRequest(c, <u32>handle, FilterState.SubscribeOwed);
  if (answer < 0) return answer;
  const text: u32 = rowAt(c, <u32>handle).text;
  const room: u32 = noteOf(c, text) & HAS_IDENTIFIER;
  setNote(c, text, room | (options & FIVES_OPTIONS));
  store<u8>(optionsAddress(c, text), <u8>(options & QOS_BITS));
  if (room > 0) writeU32(optionsAddress(c, text) + 1, identifier);
  return answer;
}

/** Wants this filter no longer. Also one that this client never asked for: an earlier life of it may have. */
export function unwantFilter(c: Client, at: usize, length: u32): i32 {
  const handle: i32 = handleFor(c, at, length, 0);
  return handle < 0 ? handle : oweRequest(c, <u32>handle, FilterState.UnsubscribeOwed);
}

export function freeFilter(c: Client, handle: u32): void {
  const row: Filter = rowAt(c, handle);
  forgetText(c, row.text);
  row.state = <u8>FilterState.Free;
}

function sentState(type: u32): u32 {
  return type == Packet.Subscribe ? FilterState.SubscribeSent : FilterState.UnsubscribeSent;
}

function owedState(type: u32): u32 {
  return type == Packet.Subscribe ? FilterState.SubscribeOwed : FilterState.UnsubscribeOwed;
}

/** The type of the request that is owed next, 0 none. Unsubscribing first frees room. */
export function owedRequest(c: Client): u32 {
  if (c.owedFilters == 0 || c.requestId != 0) return 0;
  return nextInState(c, 1, FilterState.UnsubscribeOwed) != 0 ? Packet.Unsubscribe : Packet.Subscribe;
}

/** Bytes of a filter in a request: its text with its length, and its options byte in SUBSCRIBE. */
export function wireFilterLength(c: Client, handle: u32, type: u32): u32 {
  return 2 + textLength(c, rowAt(c, handle).text) + (type == Packet.Subscribe ? 1 : 0);
}

export function wireFilter(c: Client, handle: u32): u32 {
  return wireText(c, rowAt(c, handle).text);
}

/** The subscription identifier of a filter, 0 none. */
function identifierOf(c: Client, handle: u32): u32 {
  const text: u32 = rowAt(c, handle).text;
  return MQTT5 && (noteOf(c, text) & HAS_IDENTIFIER) != 0 ? readU32(optionsAddress(c, text) + 1) : 0;
}

/** A SUBSCRIBE has one identifier for all its filters. Before 5 it has none. */
function sharesRequest(c: Client, handle: u32, first: u32, type: u32): bool {
  if (!speaksFive(c) || type != Packet.Subscribe) return true;
  return identifierOf(c, handle) == identifierOf(c, first);
}

/** Makes the options byte what this version has of it. */
function writeOptions(c: Client, handle: u32): void {
  const text: u32 = rowAt(c, handle).text;
  const at: usize = optionsAddress(c, text);
  const fives: u32 = speaksFive(c) ? noteOf(c, text) & FIVES_OPTIONS : 0;
  store<u8>(at, <u8>((<u32>load<u8>(at) & QOS_BITS) | fives));
}

/** The caller's prepared properties for requests of this type, 0 none. */
export function requestProperties(c: Client, type: u32): u32 {
  const five: Five = fiveOf(c);
  return type == Packet.Subscribe ? five.subscribeProperties : five.unsubscribeProperties;
}

function identifierBytes(identifier: u32): u32 {
  return identifier == 0 ? 0 : 1 + lengthBytes(identifier);
}

/** Bytes of a request's properties without their length: the identifier, then the caller's. */
function propertiesBytes(c: Client, type: u32, identifier: u32): u32 {
  const text: u32 = requestProperties(c, type);
  return identifierBytes(identifier) + (text == 0 ? 0 : textLength(c, text));
}

function withLength(bytes: u32): u32 {
  return lengthBytes(bytes) + bytes;
}

/** Whether the broker takes a request whose filters are `payload` bytes, `first` among them. [MQTT5-3.2.2-15] */
function isRequestTaken(c: Client, type: u32, first: u32, payload: u32): bool {
  if (!speaksFive(c)) return true;
  const identifier: u32 = type == Packet.Subscribe ? identifierOf(c, first) : 0;
  return isPacketTaken(c, 2 + withLength(propertiesBytes(c, type, identifier)) + payload);
}

/** Puts every filter that waits for this request, and fits into it, into it. Answers the bytes they take. */
export function beginRequest(c: Client, type: u32, packetId: u32): u32 {
  let bytes: u32 = 0;
  c.requestCount = 0;
  const first: u32 = nextInState(c, 1, owedState(type));
  for (let handle: u32 = first; handle <= c.filterRows; handle++) {
    if (rowAt(c, handle).state != owedState(type) || !sharesRequest(c, handle, first, type)) continue;
    const length: u32 = wireFilterLength(c, handle, type);
    if (!isRequestTaken(c, type, first, bytes + length)) continue;
    rowAt(c, handle).state = <u8>sentState(type);
    writeOptions(c, handle);
    bytes += length;
    c.requestCount += 1;
  }
  c.owedFilters -= c.requestCount;
  c.requestId = <u16>packetId;
  c.requestType = <u8>type;
  return bytes;
}

/** The handle of the next filter of the request under way after `handle`, 0 none. [MQTT3-3.9.3-1] answers come in this order */
export function nextOfRequest(c: Client, handle: u32): u32 {
  return nextInState(c, handle + 1, sentState(c.requestType));
}

/** The identifier of the SUBSCRIBE that is under way, 0 none. */
function requestIdentifier(c: Client): u32 {
  return c.requestType == Packet.Subscribe ? identifierOf(c, nextOfRequest(c, 0)) : 0;
}

/** Bytes of the properties of the request under way, with their length. */
export function requestPropertiesBytes(c: Client): u32 {
  return withLength(propertiesBytes(c, c.requestType, requestIdentifier(c)));
}

/** Writes their length and the identifier at `at`, and answers the bytes of both. The caller's follow from where they lie. */
export function writeRequestProperties(c: Client, at: usize): u32 {
  const identifier: u32 = requestIdentifier(c);
  const end: u32 = writeLength(at, propertiesBytes(c, c.requestType, identifier));
  const bytes: u32 = identifierBytes(identifier);
  if (bytes > 0) writeNumberProperty(at + end, bytes, Property.SubscriptionIdentifier, identifier);
  return end + bytes;
}

function isTooLarge(c: Client, handle: u32, type: u32): bool {
  return !isRequestTaken(c, type, handle, wireFilterLength(c, handle, type));
}

/** Why the broker cannot be asked for this filter: the code that it would answer, 0 if it can. */
function unsupported(c: Client, handle: u32): u32 {
  const lacks: u32 = fiveOf(c).lacks;
  const text: u32 = rowAt(c, handle).text;
  const at: usize = textAddress(c, text);
  if ((lacks & Lack.Identifiers) != 0 && identifierOf(c, handle) > 0) return Reason.IdentifiersNotSupported;
  if ((lacks & Lack.Shared) != 0 && isShared(at, textLength(c, text))) return Reason.SharedNotSupported;
  if ((lacks & Lack.Wildcards) != 0 && hasWildcard(at, textLength(c, text)))
    return Reason.WildcardsNotSupported;
  return isTooLarge(c, handle, Packet.Subscribe) ? <u32>Reason.PacketTooLarge : 0;
}

/** Answers for the broker about a filter that is owed, if it cannot be asked. */
function refuseIfUnsupported(c: Client, handle: u32): void {
  const row: Filter = rowAt(c, handle);
  const isNew: bool = row.state == FilterState.SubscribeOwed;
  const isLarge: bool = !isNew && isTooLarge(c, handle, Packet.Unsubscribe);
  const code: u32 = isNew ? unsupported(c, handle) : isLarge ? <u32>Reason.PacketTooLarge : 0;
  if (code == 0) return;
  row.code = <u8>code;
  row.state = <u8>(isNew ? FilterState.RefusedUntold : FilterState.GoneUntold);
  c.owedFilters -= 1;
  c.answeredFilters += 1;
}

/** Answers for the broker what it said that it does not do. */
export function refuseUnsupported(c: Client): void {
  if (c.owedFilters == 0 || (fiveOf(c).lacks == 0 && fiveOf(c).serverPacketMax == 0)) return;
  for (let handle: u32 = 1; handle <= c.filterRows; handle++) {
    if (isOwed(rowAt(c, handle).state)) refuseIfUnsupported(c, handle);
  }
}

function endRequest(c: Client): void {
  freePacketId(c, c.requestId);
  c.requestId = 0;
}

/** The return codes at `codes`, one for each filter of the request, checked by the decoder. */
export function answerSubscribe(c: Client, codes: usize): void {
  let i: u32 = 0;
  let handle: u32 = nextOfRequest(c, 0);
  while (handle != 0) {
    const code: u32 = load<u8>(codes + i);
    const row: Filter = rowAt(c, handle);
    row.code = <u8>code;
    row.state = <u8>(code > 2 ? FilterState.RefusedUntold : FilterState.GrantedUntold);
    i += 1;
    handle = nextOfRequest(c, handle);
  }
  c.answeredFilters += c.requestCount;
  endRequest(c);
}

/** In 5 there is a code for each, at `codes`. */
export function answerUnsubscribe(c: Client, codes: usize): void {
  let i: u32 = 0;
  let handle: u32 = nextOfRequest(c, 0);
  while (handle != 0) {
    const row: Filter = rowAt(c, handle);
    row.code = speaksFive(c) ? load<u8>(codes + i) : 0;
    row.state = <u8>FilterState.GoneUntold;
    i += 1;
    handle = nextOfRequest(c, handle);
  }
  c.answeredFilters += c.requestCount;
  endRequest(c);
}

/** The broker may have answered with its retained messages already: they are not asked for twice. */
function askForRetainedOnce(c: Client, handle: u32): void {
  const text: u32 = rowAt(c, handle).text;
  const note: u32 = noteOf(c, text);
  if ((note & RETAIN_HANDLING) == 0) setNote(c, text, note | RETAIN_IF_NEW);
}

/** The connection is gone before the answer came: asked again on the next, under a new id. */
export function requestLost(c: Client): void {
  if (c.requestId == 0) return;
  let handle: u32 = nextOfRequest(c, 0);
  while (handle != 0) {
    const next: u32 = nextOfRequest(c, handle);
    if (speaksFive(c) && c.requestType == Packet.Subscribe) askForRetainedOnce(c, handle);
    rowAt(c, handle).state = <u8>owedState(c.requestType);
    handle = next;
  }
  c.owedFilters += c.requestCount;
  endRequest(c);
}

/** The broker knows none of our filters any more: each that was granted is asked for again. */
export function restoreSubscriptions(c: Client): void {
  for (let handle: u32 = 1; handle <= c.filterRows; handle++) {
    const row: Filter = rowAt(c, handle);
    if (row.state == FilterState.Granted) {
      row.state = <u8>FilterState.SubscribeOwed;
      c.owedFilters += 1;
    }
  }
}

/** The handle of the first filter from `from` on that matches this topic name and was not given up, 0 none. No bytes are no name. */
export function nextMatch(c: Client, from: u32, topicAt: u32, topicBytes: u32): u32 {
  if (topicBytes == 0) return 0; // [MQTT3-4.7.3-1]
  for (let handle: u32 = from; handle <= c.filterRows; handle++) {
    const row: Filter = rowAt(c, handle);
    if (row.state == FilterState.Free || !isText(c, row.text, TextKind.Filter)) continue;
    const at: usize = textAddress(c, row.text);
    // before 5 `$share` is a level like any other
    const skipped: u32 = speaksFive(c) ? shareBytes(at, textLength(c, row.text)) : 0;
    if (matches(at + skipped, textLength(c, row.text) - skipped, addressOf(c, topicAt), topicBytes))
      return handle;
  }
  return 0;
}
