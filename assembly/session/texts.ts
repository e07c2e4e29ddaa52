// The pool of texts: client id, will, credentials, prepared topics and topic filters, each stored once and named by a
// handle from 1 on. Each is stored as it goes on the wire, its length first, so CONNECT and SUBSCRIBE are sent from here.

import { addressOf, Client, Text, textAt } from "../client/block";
import { Status } from "../client/status";
import { MQTT5 } from "../features";
import { readU16, writeU16 } from "../packet/bytes";
import { checkTopicFilter, checkTopicName, sameText } from "../packet/topic";
import { isString } from "../packet/utf8";

export const enum TextKind {
  Free = 0,
  Topic = 1,
  String = 2,
  Bytes = 3,
  /** Has its options byte as it was sent last behind it, and with `HAS_IDENTIFIER` noted four bytes of subscription identifier. */
  Filter = 4,
  /** Properties of MQTT 5 for the packet type that is noted. */
  Properties = 5,
  /** A topic that the broker has given the alias that is noted. */
  Alias = 6,
}

/** Noted of a filter, beside the options that only MQTT 5 has. */
export const HAS_IDENTIFIER: u32 = 1;

const PREFIX_BYTES: u32 = 2;
const MAX_TEXT_BYTES: u32 = 65535;

function rowOf(c: Client, handle: u32): Text {
  return textAt(c, handle - 1);
}

/** Offset, from the block, of the text with its two bytes of length. */
export function wireText(c: Client, handle: u32): u32 {
  return c.textBytesAt + rowOf(c, handle).offset;
}

export function textLength(c: Client, handle: u32): u32 {
  return readU16(addressOf(c, wireText(c, handle)));
}

/** The address of the text itself. */
export function textAddress(c: Client, handle: u32): usize {
  return addressOf(c, wireText(c, handle) + PREFIX_BYTES);
}

function kindOf(row: Text): u32 {
  return row.kind & 255;
}

export function isText(c: Client, handle: u32, kind: u32): bool {
  return handle > 0 && handle <= c.textCapacity && kindOf(rowOf(c, handle)) == kind;
}

/** What is noted about a text: of a prepared topic the alias that this connection has given it, 0 none. */
export function noteOf(c: Client, handle: u32): u32 {
  return rowOf(c, handle).kind >> 8;
}

export function setNote(c: Client, handle: u32, note: u32): void {
  const row: Text = rowOf(c, handle);
  row.kind = <u16>((note << 8) | kindOf(row));
}

/** Bytes that lie behind a text: a filter's options and identifier. */
function tailBytes(kind: u32): u32 {
  if ((kind & 255) != TextKind.Filter) return 0;
  return (kind >> 8) & HAS_IDENTIFIER ? 5 : 1;
}

function bytesOf(c: Client, row: Text): u32 {
  const length: u32 = readU16(addressOf(c, c.textBytesAt + row.offset));
  return PREFIX_BYTES + length + tailBytes(row.kind);
}

/** The used row with the lowest offset at or above `from`, or 0. */
function lowestFrom(c: Client, from: u32): u32 {
  let best: u32 = 0;
  for (let handle: u32 = 1; handle <= c.textCapacity; handle++) {
    const row: Text = rowOf(c, handle);
    if (row.kind == TextKind.Free || row.offset < from) continue;
    if (best == 0 || row.offset < rowOf(c, best).offset) best = handle;
  }
  return best;
}

/** Not while a packet is being sent, or a message is reported under an alias: their bytes may be among the texts. */
function isMovable(c: Client): bool {
  return c.spanLength == 0 && (!MQTT5 || (c.packetLength == 0 && c.receiveMode == 0));
}

/** Closes the gaps that forgotten texts left. */
function compact(c: Client): void {
  let end: u32 = 0;
  let handle: u32 = lowestFrom(c, 0);
  while (handle != 0) {
    const row: Text = rowOf(c, handle);
    const bytes: u32 = bytesOf(c, row);
    const next: u32 = lowestFrom(c, row.offset + bytes);
    if (row.offset != end) {
      memory.copy(addressOf(c, c.textBytesAt + end), addressOf(c, c.textBytesAt + row.offset), bytes);
      row.offset = <u16>end;
    }
    end += bytes;
    handle = next;
  }
  c.textBytesUsed = <u16>end;
}

function freeRow(c: Client): u32 {
  for (let handle: u32 = 1; handle <= c.textCapacity; handle++) {
    if (rowOf(c, handle).kind == TextKind.Free) return handle;
  }
  return 0;
}

/** Stores checked bytes. `kind` may have a note in its upper bits. A handle, or why there is no room; then nothing has changed. */
export function addText(c: Client, at: usize, length: u32, kind: u32): i32 {
  const bytes: u32 = PREFIX_BYTES + length + tailBytes(kind);
  if (length > MAX_TEXT_BYTES || bytes > c.textBytesCapacity) return Status.TextBytesFull;
  const handle: u32 = freeRow(c);
  if (handle == 0) return Status.TooManyTexts;
  if (bytes > <u32>c.textBytesCapacity - c.textBytesUsed && isMovable(c)) compact(c);
  if (bytes > <u32>c.textBytesCapacity - c.textBytesUsed) return Status.TextBytesFull;

  const row: Text = rowOf(c, handle);
  row.offset = c.textBytesUsed;
  row.kind = <u16>kind;
  writeU16(addressOf(c, wireText(c, handle)), length);
  memory.copy(textAddress(c, handle), at, length);
  c.textBytesUsed = <u16>(c.textBytesUsed + bytes);
  return <i32>handle;
}

export function forgetText(c: Client, handle: u32): void {
  rowOf(c, handle).kind = <u16>TextKind.Free;
}

/** The handle of a text of this kind with these bytes, or 0. */
export function findText(c: Client, at: usize, length: u32, kind: u32): u32 {
  for (let handle: u32 = 1; handle <= c.textCapacity; handle++) {
    if (
      kindOf(rowOf(c, handle)) == kind &&
      sameText(textAddress(c, handle), textLength(c, handle), at, length)
    )
      return handle;
  }
  return 0;
}

/** Ok, or why these bytes are not a text of this kind. */
export function checkText(at: usize, length: u32, kind: u32): i32 {
  if (kind == TextKind.Topic) return checkTopicName(at, length);
  if (kind == TextKind.Filter) return checkTopicFilter(at, length);
  return kind == TextKind.Bytes || isString(at, length) ? Status.Ok : Status.BadUtf8;
}
