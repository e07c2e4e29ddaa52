// A message whose payload is given in parts while it is sent, so that it needs no buffer of its size. Its place in the
// outbox holds the total and room for one part:
//
//   what stands before every payload ─ total, 4 bytes ─ part
//
// When it must be sent again the parts are asked for again, from offset 0.

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { remainingMs } from "../client/clock";
import { Status } from "../client/status";
import { readU16, writeU16 } from "../packet/bytes";
import { Option } from "./entry-state";
import { frontBytes } from "./stored";

/** How long a source may take for one part. */
const STALL_MS: u32 = 10000;
export const TOTAL_BYTES: u32 = 4;

/** Whether the message being sent waits for a part, and whether the firmware was told. */
export const enum PartsWanted {
  No = 0,
  Untold = 1,
  Told = 2,
}

/** Offset, from the block, of what is stored for a message in parts. */
function storeAt(c: Client, i: u32): u32 {
  const entry: Entry = entryAt(c, i);
  return c.outboxAt + entry.offset + frontBytes(c, entry);
}

export function setPartsTotal(c: Client, i: u32, total: u32): void {
  const at: usize = addressOf(c, storeAt(c, i));
  writeU16(at, total >> 16);
  writeU16(at + 2, total & 65535);
}

/** Bytes of the whole payload. */
export function partsTotal(c: Client, i: u32): u32 {
  const at: usize = addressOf(c, storeAt(c, i));
  return (readU16(at) << 16) | readU16(at + 2);
}

/** Offset, from the block, of the room for one part. */
export function partAt(c: Client, i: u32): u32 {
  return storeAt(c, i) + TOTAL_BYTES;
}

/** Bytes that one part may have. */
export function partCapacity(c: Client, i: u32): u32 {
  const entry: Entry = entryAt(c, i);
  return <u32>entry.length - frontBytes(c, entry) - TOTAL_BYTES;
}

/** Payload bytes of the message being sent that were not given yet. */
export function partsLeft(c: Client): u32 {
  const i: u32 = c.sendEntry;
  if (i == 0 || (entryAt(c, i).options & Option.InParts) == 0) return 0;
  return partsTotal(c, i) - c.partsGiven;
}

/** Everything given so far has left: the next part is asked for. */
export function wantPart(c: Client): void {
  c.partsWanted = <u16>PartsWanted.Untold;
}

/** Nothing else can be sent meanwhile, so a source may not take for ever. */
export function isSourceStalled(c: Client, nowMs: u32): bool {
  return sourceDeadline(c, nowMs) == 0;
}

/** ms until a source that was asked has taken too long; -1 if none was asked. */
export function sourceDeadline(c: Client, nowMs: u32): i32 {
  return c.partsWanted == PartsWanted.Told ? <i32>remainingMs(c.partsSinceMs, STALL_MS, nowMs) : -1;
}

/** Takes the next `length` payload bytes of the message being sent. */
export function supplyPart(c: Client, i: u32, bytes: usize, length: u32): i32 {
  if (c.partsWanted == PartsWanted.No || i != c.sendEntry) return Status.BadHandle;
  if (length == 0 || length > partsLeft(c) || length > partCapacity(c, i)) return Status.ArgumentRange;
  memory.copy(addressOf(c, partAt(c, i)), bytes, length);
  c.partsGiven += length;
  c.partsWanted = <u16>PartsWanted.No;
  c.spanAt = partAt(c, i);
  c.spanLength = length;
  return Status.Ok;
}
