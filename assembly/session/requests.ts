// The one SUBSCRIBE or UNSUBSCRIBE that is under way: which filters go into it, what the broker answers to each, and what needs
// no asking. It writes no packet.

import { Client, Filter } from "../client/block";
import { Five, fiveOf, Lack, speaksFive } from "../client/five";
import { lengthBytes, writeLength } from "../packet/bytes";
import { Property } from "../packet/property";
import { writeNumberProperty } from "../packet/property-writer";
import { isPacketTaken } from "../packet/publish-five";
import { Reason } from "../packet/reason-codes";
import { hasWildcard, isShared } from "../packet/share";
import { Packet } from "../packet/types";
import {
  askForRetainedOnce,
  FilterState,
  identifierOf,
  isOwed,
  nextInState,
  rowAt,
  wireFilterLength,
  writeOptions,
} from "./filters";
import { freePacketId } from "./packet-ids";
import { textAddress, textLength } from "./texts";

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

/** A SUBSCRIBE has one identifier for all its filters. Before 5 it has none. */
function sharesRequest(c: Client, handle: u32, first: u32, type: u32): bool {
  if (!speaksFive(c) || type != Packet.Subscribe) return true;
  return identifierOf(c, handle) == identifierOf(c, first);
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
