// What becomes of the messages when a connection or the session ends. It decides nothing about connecting.

import { Client, Entry, entryAt } from "../client/block";
import { DropReason } from "../client/status";
import { EntryState, Option } from "./entry-state";
import { drop, qosOf, STATUS_ENTRY } from "./outbox";
import { freePacketId } from "./packet-ids";

/** What the caller chose for messages that were sent, not acknowledged, and belong to a session the broker forgot. */
export const enum LossPolicy {
  RepublishQos1 = 1,
  RepublishQos2 = 2,
  All = 3,
}

/** The message waits again to be sent for the first time in its session: it has neither an id nor a DUP flag to carry. */
function takeBack(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  if (entry.packetId != 0) {
    freePacketId(c, entry.packetId);
    c.inflight -= 1;
    entry.packetId = 0;
  }
  entry.state = <u8>EntryState.Queued;
  c.cursor = <u16>i;
}

/** The transport is gone: a packet cut short is over, and QoS 0 messages that did not leave never will. */
export function connectionEnded(c: Client): void {
  if (c.sendEntry != 0 && !c.sendTouched && entryAt(c, c.sendEntry).state == EntryState.InFlight)
    takeBack(c, c.sendEntry);
  c.sendEntry = 0;
  let i: u32 = entryAt(c, 0).next;
  while (i != 0) {
    const next: u32 = entryAt(c, i).next;
    if (qosOf(entryAt(c, i)) == 0) drop(c, i, DropReason.ConnectionClosed);
    i = next;
  }
}

/**
 * [MQTT3-4.4.0-1] [MQTT5-4.4.0-1] Everything unacknowledged is sent again, from the front: PUBRELs, then PUBLISHes in their order.
 * [MQTT3-4.6.0-1] [MQTT5-4.6.0-1]
 */
export function resume(c: Client): void {
  c.cursor = entryAt(c, 0).next;
}

function isRepublished(c: Client, entry: Entry): bool {
  const bit: u32 = qosOf(entry) == 1 ? LossPolicy.RepublishQos1 : LossPolicy.RepublishQos2;
  return (c.lossPolicy & bit) != 0;
}

/** One message whose id means nothing any more. */
function loseEntry(c: Client, i: u32): void {
  const entry: Entry = entryAt(c, i);
  if (entry.state == EntryState.Released) {
    drop(c, i, DropReason.OutcomeUnknown);
  } else if (entry.state == EntryState.InFlight && (i == STATUS_ENTRY || isRepublished(c, entry))) {
    takeBack(c, i);
    entry.options |= <u8>Option.WasSent;
  } else if (entry.state == EntryState.InFlight) {
    drop(c, i, DropReason.SessionLost);
  }
}

/**
 * The broker has forgotten the session: all ids are void. Messages before their PUBREC are published again as new or end
 * as lost, as the caller chose; those past it end as unknown, never as published.
 */
export function sessionLost(c: Client): void {
  let i: u32 = entryAt(c, 0).next;
  while (i != 0) {
    const next: u32 = entryAt(c, i).next;
    loseEntry(c, i);
    i = next;
  }
  resume(c);
}
