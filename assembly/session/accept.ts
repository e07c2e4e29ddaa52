// What happens at the publish call: the checks, the room, and the one copy of the payload. It sends nothing.

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { speaksFive } from "../client/five";
import { DropReason, Phase, Status } from "../client/status";
import { MQTT5 } from "../features";
import { writeU16 } from "../packet/bytes";
import { areOptionsTaken } from "../packet/publish-five";
import { sameText } from "../packet/topic";
import { EntryState, Option } from "./entry-state";
import { append, drop, giveEntry, STATUS_ENTRY, takeEntry, wasSent } from "./outbox";
import { takePlace, wouldFit } from "./places";
import { bitsFor, frontBytes, Stored, spaceFor, storeProperties, wireTopic, wireTopicLength } from "./stored";
import { textAddress, textLength } from "./texts";

/** The first message from `i` on that was never handed to a transport; 0 none. The status has a room of its own. */
function unsentFrom(c: Client, from: u32): u32 {
  let i: u32 = from;
  while (i != 0 && !isDroppable(c, i)) i = entryAt(c, i).next;
  return i;
}

function isDroppable(c: Client, i: u32): bool {
  return i != STATUS_ENTRY && !wasSent(entryAt(c, i));
}

function nextUnsent(c: Client, i: u32): u32 {
  return unsentFrom(c, entryAt(c, i).next);
}

/** The oldest unsent message of this topic; 0 none. */
function unsentOfTopic(c: Client, topic: usize, topicLength: u32): u32 {
  let i: u32 = unsentFrom(c, c.cursor);
  while (i != 0) {
    const entry: Entry = entryAt(c, i);
    if (sameText(addressOf(c, wireTopic(c, entry)) + 2, wireTopicLength(c, entry) - 2, topic, topicLength))
      return i;
    i = nextUnsent(c, i);
  }
  return 0;
}

/** Condemns the oldest unsent messages until `bytes` would fit; their number, or 0 if even all of them are not enough. */
function condemn(c: Client, bytes: u32): u32 {
  let condemned: u32 = 0;
  let i: u32 = unsentFrom(c, c.cursor);
  while (i != 0) {
    entryAt(c, i).state = <u8>EntryState.Condemned;
    condemned += 1;
    if (wouldFit(c, bytes)) return condemned;
    i = nextUnsent(c, i);
  }
  return 0;
}

/** Ends every condemned message, or spares them all. */
function sentence(c: Client, areDropped: bool): void {
  let i: u32 = c.cursor;
  while (i != 0) {
    const next: u32 = entryAt(c, i).next;
    if (entryAt(c, i).state == EntryState.Condemned) {
      if (areDropped) drop(c, i, DropReason.Overflow);
      else entryAt(c, i).state = <u8>EntryState.Queued;
    }
    i = next;
  }
}

function dropOldest(c: Client, bytes: u32): bool {
  const isEnough: bool = condemn(c, bytes) > 0;
  sentence(c, isEnough);
  return isEnough;
}

function replaceSameTopic(c: Client, bytes: u32, topic: usize, topicLength: u32): bool {
  const i: u32 = unsentOfTopic(c, topic, topicLength);
  if (i == 0) return false;
  entryAt(c, i).state = <u8>EntryState.Condemned;
  const isEnough: bool = wouldFit(c, bytes);
  entryAt(c, i).state = <u8>EntryState.Queued;
  if (isEnough) drop(c, i, DropReason.Superseded);
  return isEnough;
}

/** Makes room as the caller chose. Nothing was dropped when it answers false. */
function makeRoom(c: Client, bytes: u32, options: u32, topic: usize, topicLength: u32): bool {
  if (options & Option.ReplaceSameTopic && replaceSameTopic(c, bytes, topic, topicLength)) return true;
  return (options & Option.DropOldest) != 0 && dropOldest(c, bytes);
}

/**
 * An entry with a place for `bytes`, or 0. The last free entry is taken only together with a drop: a dropped message keeps
 * its own until its event was polled.
 */
function takeRoom(c: Client, bytes: u32, options: u32, topic: usize, topicLength: u32): u32 {
  const i: u32 = takeEntry(c);
  if (i == 0) return 0;
  if (c.freeCount > 0 && takePlace(c, i, bytes)) return i;
  if (makeRoom(c, bytes, options, topic, topicLength) && takePlace(c, i, bytes)) return i;
  giveEntry(c, i);
  return 0;
}

/** QoS 0 without a connection, as the caller chose: an end to be polled, and no bytes kept. */
function acceptDropped(c: Client, handle: u32, options: u32): i32 {
  const i: u32 = takeRoom(c, 0, 0, 0, 0);
  if (i == 0) return Status.OutboxFull;
  entryAt(c, i).topic = <u8>handle;
  entryAt(c, i).options = <u8>(options & Option.Kept);
  append(c, i);
  drop(c, i, DropReason.Offline);
  return <i32>i;
}

/** Whether this connection's broker takes a message with these options, perhaps lowered. */
function isTaken(c: Client, options: u32): bool {
  return (options & Option.MayLower) != 0 || areOptionsTaken(c, options);
}

/**
 * Takes an entry and a place for a message whose topic is the prepared `handle`, or, with handle 0, the checked name at
 * `topic`, which is stored before the payload with the checked properties. The entry, or why not; then nothing has changed.
 */
export function accept(
  c: Client,
  handle: u32,
  topic: usize,
  topicLength: u32,
  payloadBytes: u32,
  options: u32,
  properties: usize,
  propertiesLength: u32,
): i32 {
  if ((options & Option.QosMask) == Option.QosMask) return Status.QosRange;
  const bits: u32 = MQTT5 ? bitsFor(properties, propertiesLength) : 0;
  const topicBytes: u32 =
    (handle == 0 ? 2 + topicLength : 0) + (MQTT5 ? spaceFor(bits, propertiesLength) : 0);
  if (topicBytes > c.outboxCapacity) return Status.TopicTooLarge;
  if (payloadBytes > c.outboxCapacity - topicBytes) return Status.PayloadTooLarge;
  if (c.phase == Phase.Connected && speaksFive(c) && !isTaken(c, options)) return Status.NotSupported;
  if ((options & Option.QosMask) == 0 && c.phase != Phase.Connected) {
    return options & Option.DropOffline ? acceptDropped(c, handle, options) : Status.Offline;
  }

  const name: usize = handle == 0 ? topic : textAddress(c, handle);
  const nameLength: u32 = handle == 0 ? topicLength : textLength(c, handle);
  const i: u32 = takeRoom(c, topicBytes + payloadBytes, options, name, nameLength);
  if (i == 0) return Status.OutboxFull;
  const entry: Entry = entryAt(c, i);
  entry.topic = <u8>handle;
  entry.options = <u8>(
    ((options & Option.Kept) | bits | (options & Option.MayLower ? <u32>Stored.MayLower : 0))
  );
  if (handle == 0) {
    const at: usize = addressOf(c, c.outboxAt + entry.offset);
    writeU16(at, topicLength);
    memory.copy(at + 2, topic, topicLength);
  }
  if (MQTT5 && bits > 0) storeProperties(c, entry, properties, propertiesLength);
  append(c, i);
  return <i32>i;
}

/** The address where the payload of an accepted message belongs. */
export function payloadAddress(c: Client, i: u32): usize {
  const entry: Entry = entryAt(c, i);
  return addressOf(c, c.outboxAt + entry.offset + frontBytes(c, entry));
}
