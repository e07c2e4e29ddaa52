// What the client's events mean to the firmware. It publishes nothing: a ticket that an event names is not given out again
// before the port has seen that event.

import { addressOf, Client } from "../../assembly/client/block";
import { DropReason, Event } from "../../assembly/client/status";
import { nextMatching } from "../../assembly/index";
import { obey } from "./command";
import { endNotice, Notice, oweDropNotice, oweNotice } from "./notices";
import { clientOf, Sensor } from "./sensor";

/** A message, or the first part of one: a command comes whole. */
function takeMessage(s: Sensor, nowMs: u32): void {
  const c: Client = clientOf(s);
  if (c.eventFilter != s.commandFilter || c.eventPartOffset > 0) return;
  if (c.eventPayloadLength < c.eventTotal) oweNotice(s, Notice.CommandTooLong);
  else oweNotice(s, obey(s, addressOf(c, c.eventPayloadAt), c.eventPayloadLength, nowMs));
}

function noticeTooLarge(s: Sensor): void {
  const c: Client = clientOf(s);
  if (c.eventTopicLength == 0) return; // not even the topic was read: not one of ours
  if (nextMatching(c, 0) == <u32>s.commandFilter) oweNotice(s, Notice.CommandTooLong);
}

/**
 * The broker took a message, and refuses it. A notice is not owed again for that: it would be refused again, as long as the
 * broker is of this mind.
 */
function settleRejected(s: Sensor): void {
  if (clientOf(s).eventTicket == s.noticeTicket) endNotice(s, false);
  else s.dropped += 1;
}

/** A message of this device has ended: a notice or else a reading. The status has events of its own. */
function settle(s: Sensor, isDropped: bool): void {
  const c: Client = clientOf(s);
  if (c.eventTicket == s.noticeTicket) {
    endNotice(s, isDropped);
  } else if (isDropped) {
    s.dropped += 1;
    if (c.eventCode == <u8>DropReason.Overflow) oweDropNotice(s);
  } else {
    s.published += 1;
  }
}

/** Does the firmware's part in `event`, whose fields stay as they are for the port. */
export function heed(s: Sensor, event: Event, nowMs: u32): void {
  switch (event) {
    case Event.Message:
      takeMessage(s, nowMs);
      return;
    case Event.MessageTooLarge:
      noticeTooLarge(s);
      return;
    case Event.Published:
    case Event.HandedOver:
      settle(s, false);
      return;
    case Event.Rejected:
      settleRejected(s);
      return;
    case Event.Dropped:
      settle(s, true);
      return;
    default:
      return;
  }
}
