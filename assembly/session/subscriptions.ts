// The topic filters that this client wants, what the broker said to each, and the one request that is under way. All that
// wait go into one SUBSCRIBE or UNSUBSCRIBE. It writes no packet.

import { addressOf, Client, Filter, filterAt } from "../client/block";
import { Status } from "../client/status";
import { matches } from "../packet/topic";
import { Packet } from "../packet/types";
import { freePacketId } from "./packet-ids";
import {
  addText,
  checkText,
  findText,
  forgetText,
  isText,
  TextKind,
  textAddress,
  textLength,
  wireText,
} from "./texts";

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

/** The handle for these bytes, with a new row and text if there was none; or why not. */
function handleFor(c: Client, at: usize, length: u32): i32 {
  const refusal: i32 = checkText(at, length, TextKind.Filter);
  if (refusal < 0) return refusal;
  const known: u32 = findText(c, at, length, TextKind.Filter);
  if (known != 0) return <i32>handleOf(c, known);
  const handle: u32 = freeRow(c);
  if (handle == 0) return Status.TooManyFilters;
  const text: i32 = addText(c, at, length, TextKind.Filter);
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
  if (qos > 2) return Status.QosRange;
  const handle: i32 = handleFor(c, at, length);
  if (handle < 0) return handle;
  const answer: i32 = oweRequest(c, <u32>handle, FilterState.SubscribeOwed);
  if (answer > 0) store<u8>(optionsAddress(c, rowAt(c, <u32>handle).text), <u8>qos);
  return answer;
}

/** Wants this filter no longer. Also one that this client never asked for: an earlier life of it may have. */
export function unwantFilter(c: Client, at: usize, length: u32): i32 {
  const handle: i32 = handleFor(c, at, length);
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

/** Puts every filter that waits for this request into it. Answers the bytes they take. */
export function beginRequest(c: Client, type: u32, packetId: u32): u32 {
  let bytes: u32 = 0;
  c.requestCount = 0;
  for (let handle: u32 = 1; handle <= c.filterRows; handle++) {
    if (rowAt(c, handle).state != owedState(type)) continue;
    rowAt(c, handle).state = <u8>sentState(type);
    bytes += wireFilterLength(c, handle, type);
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

export function answerUnsubscribe(c: Client): void {
  let handle: u32 = nextOfRequest(c, 0);
  while (handle != 0) {
    rowAt(c, handle).state = <u8>FilterState.GoneUntold;
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
    if (matches(textAddress(c, row.text), textLength(c, row.text), addressOf(c, topicAt), topicBytes))
      return handle;
  }
  return 0;
}
