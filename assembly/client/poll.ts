// One event at a time, and the time until the next call is due.

import { MQTT5 } from "../features";
import { ReceiveMode, settle } from "../packet/incoming";
import { readPackets } from "../packet/receive";
import { EntryState } from "../session/entry-state";
import { expiryDeadline, passSeconds } from "../session/expiry";
import { FilterState, freeFilter, nextInState, rowAt } from "../session/filters";
import { giveEntry, STATUS_ENTRY, takeDone } from "../session/outbox";
import { PartsWanted, partCapacity, partsLeft, sourceDeadline } from "../session/parts";
import { Client, Entry, entryAt, Filter } from "./block";
import { NO_DEADLINE, remainingMs, sooner } from "./clock";
import { Pending } from "./closing";
import { isDrained, onTime } from "./connection";
import { forgetProperties } from "./five";
import { livenessDeadline, pingDeadline } from "./liveness";
import { Event, Phase } from "./status";

/** Takes `flag` out of what is pending. */
function take(c: Client, flag: Pending): bool {
  if ((c.pending & flag) == 0) return false;
  c.pending &= ~(<u8>flag);
  return true;
}

function reportPending(c: Client): i32 {
  if (take(c, Pending.Aborted)) return Event.MessageAborted;
  if (take(c, Pending.Close)) {
    c.eventCode = c.closeReason;
    c.eventFlag = c.closesGently ? 1 : 0;
    return Event.CloseTransport;
  }
  if (take(c, Pending.Closed)) {
    c.eventCode = c.closeReason;
    c.eventFlag = c.closedBy;
    return Event.Closed;
  }
  return take(c, Pending.SecondDevice) ? Event.SecondDevice : Event.None;
}

/** The end of a message. Its ticket is free again from now on. */
function reportDone(c: Client): i32 {
  const i: u32 = takeDone(c);
  if (i == 0) return Event.None;
  const entry: Entry = entryAt(c, i);
  const state: u32 = entry.state;
  c.eventTicket = <u16>i;
  c.eventCode = entry.reason;
  giveEntry(c, i);
  if (i == STATUS_ENTRY) {
    c.eventFilter = c.statusSent;
    const isTaken: bool = state == EntryState.Published || state == EntryState.HandedOver;
    return isTaken ? Event.StatusPublished : Event.StatusRefused;
  }
  if (state == EntryState.Published) return Event.Published;
  if (state == EntryState.Rejected) return Event.Rejected;
  return state == EntryState.HandedOver ? Event.HandedOver : Event.Dropped;
}

/** The handle of a filter in this state, reported with its code; 0 none. */
function reportFilter(c: Client, state: u32): bool {
  const handle: u32 = nextInState(c, 1, state);
  if (handle == 0) return false;
  const row: Filter = rowAt(c, handle);
  c.answeredFilters -= 1;
  c.eventFilter = <u16>handle;
  c.eventCode = row.code;
  if (state == FilterState.GrantedUntold) row.state = <u8>FilterState.Granted;
  else freeFilter(c, handle);
  return true;
}

function reportAnswer(c: Client): i32 {
  if (c.answeredFilters == 0) return Event.None;
  if (reportFilter(c, FilterState.GrantedUntold) || reportFilter(c, FilterState.RefusedUntold))
    return Event.Subscribed;
  return reportFilter(c, FilterState.GoneUntold) ? Event.Unsubscribed : Event.None;
}

function reportPart(c: Client, nowMs: u32): i32 {
  if (c.partsWanted != PartsWanted.Untold) return Event.None;
  c.partsWanted = <u16>PartsWanted.Told;
  c.partsSinceMs = nowMs;
  c.eventTicket = c.sendEntry;
  c.eventPayloadLength = min<u32>(partCapacity(c, c.sendEntry), partsLeft(c));
  return Event.PartWanted;
}

function hasReport(c: Client): bool {
  return c.doneFirst != 0 || c.pending != 0 || c.answeredFilters != 0 || c.partsWanted == PartsWanted.Untold;
}

/** What has happened and was not told yet. */
function report(c: Client, nowMs: u32): i32 {
  let event: i32 = c.pending != 0 ? reportPending(c) : Event.None;
  if (event == Event.None) event = reportDone(c);
  if (event == Event.None) event = reportAnswer(c);
  return event != Event.None ? event : reportPart(c, nowMs);
}

/** The answers to one request are told one after the other, all with its properties; and those of a message in parts come with its first. */
function keepsProperties(c: Client): bool {
  return c.answeredFilters > 0 || (c.receiveMode == ReceiveMode.Parts && c.eventPartOffset == 0);
}

/** The next event, `None` when there is nothing more to tell until bytes come or leave, the deadline passes or a call is made. */
export function nextEvent(c: Client, nowMs: u32): i32 {
  settle(c);
  if (MQTT5 && !keepsProperties(c)) forgetProperties(c);
  if (hasReport(c)) return report(c, nowMs);
  const event: i32 = readPackets(c, nowMs);
  if (event != Event.None) return event;
  passSeconds(c, nowMs);
  if (hasReport(c)) return report(c, nowMs);
  const timely: i32 = onTime(c, nowMs);
  return timely == Event.None && hasReport(c) ? report(c, nowMs) : timely;
}

/** The deadline of the phase itself. */
function phaseDeadline(c: Client, nowMs: u32): i32 {
  if (c.phase == Phase.Waiting || c.phase == Phase.Leaving || c.phase == Phase.Ending)
    return <i32>remainingMs(c.phaseSinceMs, c.phaseMs, nowMs);
  if (c.phase == Phase.Opening || c.phase == Phase.Handshaking) {
    return <i32>remainingMs(c.phaseSinceMs, c.connectTimeoutMs, nowMs);
  }
  if (c.phase == Phase.Draining)
    return isDrained(c) ? 0 : <i32>remainingMs(c.phaseSinceMs, pingDeadline(c), nowMs);
  return c.phase == Phase.Connected
    ? sooner(livenessDeadline(c, nowMs), sourceDeadline(c, nowMs))
    : NO_DEADLINE;
}

/** ms until `nextEvent` should be called even if nothing else happens; 0 at once; -1 never. Calling early does nothing. */
export function nextDeadline(c: Client, nowMs: u32): i32 {
  if (hasReport(c)) return 0;
  const phase: i32 = phaseDeadline(c, nowMs);
  return MQTT5 && c.cursor != 0 ? sooner(phase, expiryDeadline(c, nowMs)) : phase;
}
