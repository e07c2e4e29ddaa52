// The messages that this client still answers for, in one list in the order in which they would be sent again: those past
// PUBREC in the order of their PUBRECs, then those in flight in the order of first sending, then the unsent. A cursor
// stands at the next to send; resuming is moving it to the front. It knows nothing of packets.

import { Client, Entry, entryAt } from "../client/block";
import { DropReason } from "../client/status";
import { EntryState, Option } from "./entry-state";
import { freePacketId } from "./packet-ids";
import { freePlace } from "./places";

/** The status message's own entry: it needs no room in the outbox and is never refused for want of it. */
export const STATUS_ENTRY: u32 = 1;

export function qosOf(entry: Entry): u32 {
  return entry.options & Option.QosMask;
}

/** Whether a byte of it was given to a transport, in this session or an earlier one: the broker may have it. */
export function wasSent(entry: Entry): bool {
  return entry.state != EntryState.Queued || (entry.options & Option.WasSent) != 0;
}

function unlink(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  entryAt(c, entry.previous).next = entry.next;
  entryAt(c, entry.next).previous = entry.previous;
  if (c.cursor == i) c.cursor = entry.next;
  if (c.lastReleased == i) c.lastReleased = entry.previous;
}

function linkAfter(c: Client, i: u32, previous: u32): void {
  const entry: Entry = entryAt(c, i);
  entry.previous = <u16>previous;
  entry.next = entryAt(c, previous).next;
  entryAt(c, entry.next).previous = <u16>i;
  entryAt(c, previous).next = <u16>i;
}

/** Puts an entry last: the next after all others. */
export function append(c: Client, i: u32): void {
  linkAfter(c, i, entryAt(c, 0).previous);
  entryAt(c, i).state = <u8>EntryState.Queued;
  if (c.cursor == 0) c.cursor = <u16>i;
}

/** Puts an entry before whatever would be sent next. */
export function insertAtCursor(c: Client, i: u32): void {
  linkAfter(c, i, entryAt(c, c.cursor).previous);
  entryAt(c, i).state = <u8>EntryState.Queued;
  c.cursor = <u16>i;
}

/**
 * Past PUBREC: the bytes are given back, so that the PUBLISH cannot be sent again [MQTT5-4.3.3-6]; the id is still owed.
 * [MQTT3-4.6.0-4] [MQTT5-4.6.0-4] PUBRELs keep the order of the PUBRECs.
 */
export function release(c: Client, i: u32): void {
  unlink(c, i);
  linkAfter(c, i, c.lastReleased);
  c.lastReleased = <u16>i;
  if (i != STATUS_ENTRY) freePlace(c, i);
  entryAt(c, i).state = <u8>EntryState.Released;
}

function holdsPlace(c: Client, i: u32): bool {
  return i != STATUS_ENTRY && entryAt(c, i).state != EntryState.Released;
}

/** Takes a message out: its bytes and its id are free, and its end waits for a poll. The status needs no report of its own. */
function finish(c: Client, i: u32, end: u32, reason: u32): void {
  const entry: Entry = entryAt(c, i);
  if (holdsPlace(c, i)) freePlace(c, i);
  if (entry.packetId != 0) {
    freePacketId(c, entry.packetId);
    c.inflight -= 1;
  }
  unlink(c, i);
  entry.packetId = 0;
  entry.reason = <u8>reason;
  entry.next = 0;
  entry.state = <u8>end;
  if (c.doneLast == 0) c.doneFirst = <u16>i;
  else entryAt(c, c.doneLast).next = <u16>i;
  c.doneLast = <u16>i;
}

/** `code` is the broker's reason: 0, or that nobody subscribes. */
export function publish(c: Client, i: u32, code: u32): void {
  finish(c, i, EntryState.Published, code);
}

/** The broker has taken the message and refuses it. */
export function reject(c: Client, i: u32, code: u32): void {
  finish(c, i, EntryState.Rejected, code);
}

export function handOver(c: Client, i: u32): void {
  finish(c, i, EntryState.HandedOver, 0);
}

export function drop(c: Client, i: u32, reason: DropReason): void {
  finish(c, i, EntryState.Dropped, <u32>reason);
}

/** An entry for a new message, 0 if none is free. */
export function takeEntry(c: Client): u32 {
  const i: u32 = c.freeFirst;
  if (i == 0) return 0;
  c.freeFirst = entryAt(c, i).next;
  c.freeCount -= 1;
  return i;
}

export function giveEntry(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  entry.state = <u8>EntryState.Free;
  entry.packetId = 0;
  if (i == STATUS_ENTRY) return;
  entry.next = c.freeFirst;
  c.freeFirst = <u16>i;
  c.freeCount += 1;
}

/** The first entry whose end was not polled, 0 none. Its number is free again from now on. */
export function takeDone(c: Client): u32 {
  const i: u32 = c.doneFirst;
  if (i == 0) return 0;
  c.doneFirst = entryAt(c, i).next;
  if (c.doneFirst == 0) c.doneLast = 0;
  return i;
}

export function initOutbox(c: Client): void {
  c.freeFirst = 0;
  c.freeCount = 0;
  for (let i: u32 = <u32>c.entryCapacity - 1; i > STATUS_ENTRY; i--) giveEntry(c, i);
}
