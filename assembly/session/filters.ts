// The topic filters that this client wants, what the broker said to each, and which of them a topic matches. It knows no request.

import { addressOf, Client, Filter, filterAt } from "../client/block";
import { speaksFive } from "../client/five";
import { Status } from "../client/status";
import { MQTT5 } from "../features";
import { readU32, writeU32 } from "../packet/bytes";
import { shareBytes } from "../packet/share";
import { matches } from "../packet/topic";
import { Packet } from "../packet/types";
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

export function isOwed(state: u32): bool {
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

/** Bytes of a filter in a request: its text with its length, and its options byte in SUBSCRIBE. */
export function wireFilterLength(c: Client, handle: u32, type: u32): u32 {
  return 2 + textLength(c, rowAt(c, handle).text) + (type == Packet.Subscribe ? 1 : 0);
}

export function wireFilter(c: Client, handle: u32): u32 {
  return wireText(c, rowAt(c, handle).text);
}

/** The subscription identifier of a filter, 0 none. */
export function identifierOf(c: Client, handle: u32): u32 {
  const text: u32 = rowAt(c, handle).text;
  return MQTT5 && (noteOf(c, text) & HAS_IDENTIFIER) != 0 ? readU32(optionsAddress(c, text) + 1) : 0;
}

/** Makes the options byte what this version has of it. */
export function writeOptions(c: Client, handle: u32): void {
  const text: u32 = rowAt(c, handle).text;
  const at: usize = optionsAddress(c, text);
  const fives: u32 = speaksFive(c) ? noteOf(c, text) & FIVES_OPTIONS : 0;
  store<u8>(at, <u8>((<u32>load<u8>(at) & QOS_BITS) | fives));
}

/** The broker may have answered with its retained messages already: they are not asked for twice. */
export function askForRetainedOnce(c: Client, handle: u32): void {
  const text: u32 = rowAt(c, handle).text;
  const note: u32 = noteOf(c, text);
  if ((note & RETAIN_HANDLING) == 0) setNote(c, text, note | RETAIN_IF_NEW);
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
