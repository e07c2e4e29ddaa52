// The retained status: one cell, not queue entries. At most one status publish is in flight, the newest value follows it,
// and the last one is what the broker keeps. It decides when a status is owed; sending is not its business.

import { addressOf, Client, Entry, entryAt } from "../client/block";
import { fiveOf, speaksFive } from "../client/five";
import { Phase } from "../client/status";
import { Reason } from "../packet/reason-codes";
import { sameText } from "../packet/topic";
import { EntryState, Option } from "./entry-state";
import { insertAtCursor, STATUS_ENTRY } from "./outbox";
import { textAddress, textLength } from "./texts";

const STATUS_QOS: u32 = 1;

/** The text that the broker should keep: while leaving, the goodbye. */
function statusText(c: Client): u32 {
  return c.phase == Phase.Leaving && c.goodbyeText != 0 ? c.goodbyeText : c.statusText;
}

export function hasStatus(c: Client): bool {
  return c.statusTopic != 0 && statusText(c) != 0;
}

export function isStatusInFlight(c: Client): bool {
  return entryAt(c, STATUS_ENTRY).state != EntryState.Free;
}

/** Whether the broker may not have the newest value yet. */
export function isStatusUnsettled(c: Client): bool {
  return hasStatus(c) && (c.statusOwed || isStatusInFlight(c));
}

/** After every CONNACK, resumed or not: the will may have been published meanwhile. */
export function oweStatus(c: Client): void {
  c.statusOwed = hasStatus(c);
}

/** A status that stays for good while the will on its topic does not would outlive its device. */
function statusOptions(c: Client): u8 {
  const isPassing: bool =
    c.willTopic != 0 && c.willTopic == c.statusTopic && (c.willOptions & Option.Retain) == 0;
  return <u8>(isPassing ? STATUS_QOS : STATUS_QOS | <u32>Option.Retain);
}

/** Puts the owed status before whatever would be sent next, unless one is in flight. In one that waits already it takes its place. */
export function queueStatus(c: Client): void {
  const entry: Entry = entryAt(c, STATUS_ENTRY);
  const isWaiting: bool = entry.state == EntryState.Queued;
  if (!c.statusOwed || (isStatusInFlight(c) && !isWaiting)) return;
  entry.topic = <u8>c.statusTopic;
  entry.options = statusOptions(c);
  entry.packetId = 0;
  c.statusSent = <u16>statusText(c);
  c.statusOwed = false;
  if (!isWaiting) insertAtCursor(c, STATUS_ENTRY);
}

/**
 * The broker does not take the status. If it was the goodbye, DISCONNECT lets the will out, which says the same: without a word
 * the last status would stay as it is for good.
 */
export function statusRefused(c: Client): void {
  if (!speaksFive(c) || c.phase != Phase.Leaving || c.willTopic == 0) return;
  if (c.statusSent != <u16>c.goodbyeText || fiveOf(c).closeCode != 0) return;
  fiveOf(c).closeCode = <u8>Reason.DisconnectWithWill;
}

function says(c: Client, text: u32): bool {
  return (
    text != 0 &&
    sameText(addressOf(c, c.eventPayloadAt), c.eventPayloadLength, textAddress(c, text), textLength(c, text))
  );
}

/**
 * A message came. If it is one on the status topic, and says something else than this device, an old will has overtaken: the
 * status is owed again. `whole` is false for a part of a larger message, which cannot be ours.
 */
export function noticeStatus(c: Client, whole: bool): void {
  if (!hasStatus(c)) return;
  if (
    !sameText(
      addressOf(c, c.eventTopicAt),
      c.eventTopicLength,
      textAddress(c, c.statusTopic),
      textLength(c, c.statusTopic),
    )
  )
    return;
  if (whole && says(c, statusText(c))) return;
  // the echo of an older value that is still in flight: the newest follows it anyway
  if (whole && isStatusInFlight(c) && says(c, c.statusSent)) return;
  c.statusOwed = true;
}
