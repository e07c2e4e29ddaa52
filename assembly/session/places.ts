// Where messages lie in the outbox's bytes: finding a place for one, giving it back, and closing gaps. Only messages that
// were never handed to a transport are ever moved. It knows nothing of topics, ids or the order of sending.

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { EntryState } from "./entry-state";

/** Where the bytes of an entry end; the sentinel stands before the first byte. */
function endOf(c: Client, i: u32): u32 {
  return i == 0 ? 0 : <u32>entryAt(c, i).offset + entryAt(c, i).length;
}

/** Where the bytes after an entry begin that belong to somebody: the next entry's, or the end of the outbox. */
function wallAfter(c: Client, i: u32): u32 {
  const next: u32 = entryAt(c, i).after;
  return next == 0 ? c.outboxCapacity : entryAt(c, next).offset;
}

function gapAfter(c: Client, i: u32): u32 {
  return wallAfter(c, i) - endOf(c, i);
}

/** The entry behind which `bytes` fit, or -1. Where the last one was placed first: there the ring goes on. */
function gapFor(c: Client, bytes: u32): i32 {
  if (gapAfter(c, c.placeAfter) >= bytes) return <i32>c.placeAfter;
  if (gapAfter(c, 0) >= bytes) return 0;
  if (bytes > c.outboxCapacity - c.outboxUsed) return -1;
  let i: u32 = entryAt(c, 0).after;
  while (i != 0) {
    if (gapAfter(c, i) >= bytes) return <i32>i;
    i = entryAt(c, i).after;
  }
  return -1;
}

/** Slides every unsent message down to its neighbour. */
function closeGaps(c: Client): void {
  let end: u32 = 0;
  let i: u32 = entryAt(c, 0).after;
  while (i != 0) {
    const entry: Entry = entryAt(c, i);
    if (entry.state == EntryState.Queued && entry.offset != end) {
      memory.copy(addressOf(c, c.outboxAt + end), addressOf(c, c.outboxAt + entry.offset), entry.length);
      entry.offset = <u16>end;
    }
    end = <u32>entry.offset + entry.length;
    i = entry.after;
  }
}

/** Whether `bytes` would fit if the condemned messages were gone and the unsent ones closed up. Changes nothing. */
export function wouldFit(c: Client, bytes: u32): bool {
  let end: u32 = 0;
  let i: u32 = entryAt(c, 0).after;
  while (i != 0) {
    const entry: Entry = entryAt(c, i);
    if (entry.state == EntryState.Queued) {
      end += entry.length;
    } else if (entry.state != EntryState.Condemned) {
      if (<u32>entry.offset - end >= bytes) return true;
      end = <u32>entry.offset + entry.length;
    }
    i = entry.after;
  }
  return c.outboxCapacity - end >= bytes;
}

/** Gives entry `i` a place for `bytes`, moving unsent messages if that makes one. False if there is none. */
export function takePlace(c: Client, i: u32, bytes: u32): bool {
  let gap: i32 = gapFor(c, bytes);
  if (gap < 0 && bytes <= c.outboxCapacity - c.outboxUsed && wouldFit(c, bytes)) {
    closeGaps(c);
    gap = gapFor(c, bytes);
  }
  if (gap < 0) return false;

  const before: u32 = <u32>gap;
  const entry: Entry = entryAt(c, i);
  entry.offset = <u16>endOf(c, before);
  entry.length = <u16>bytes;
  entry.before = <u16>before;
  entry.after = entryAt(c, before).after;
  entryAt(c, entry.after).before = <u16>i;
  entryAt(c, before).after = <u16>i;
  c.placeAfter = <u16>i;
  c.outboxUsed += bytes;
  return true;
}

/** Gives the bytes of entry `i` back. */
export function freePlace(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  entryAt(c, entry.before).after = entry.after;
  entryAt(c, entry.after).before = entry.before;
  if (c.placeAfter == i) c.placeAfter = entry.before;
  c.outboxUsed -= entry.length;
  entry.length = 0;
}
