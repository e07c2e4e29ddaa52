// Messages that are of no use any more before they were ever sent. One of which a byte was handed to a transport is completed
// all the same. [MQTT5-4.3.3-7]

import { Client, Entry, entryAt } from "../client/block";
import { NO_DEADLINE, remainingMs } from "../client/clock";
import { countSeconds, Five, fiveOf } from "../client/five";
import { DropReason } from "../client/status";
import { MQTT5 } from "../features";
import { drop, STATUS_ENTRY, wasSent } from "./outbox";
import { Stored, secondsLeft } from "./stored";

/** Whether it has a message expiry and was never sent. */
function mayExpire(c: Client, i: u32): bool {
  const entry: Entry = entryAt(c, i);
  return i != STATUS_ENTRY && !wasSent(entry) && (entry.options & Stored.Expiry) != 0;
}

/** Whether it was never sent and its message expiry is over. */
export function isUselessNow(c: Client, i: u32): bool {
  return MQTT5 && mayExpire(c, i) && secondsLeft(c, entryAt(c, i)) == 0;
}

/** Counts the seconds that have passed, and ends what is of no use any more. */
export function passSeconds(c: Client, nowMs: u32): void {
  if (countSeconds(c, nowMs)) dropExpired(c);
}

/** Ends all of them. */
export function dropExpired(c: Client): void {
  if (!MQTT5) return;
  let i: u32 = c.cursor;
  while (i != 0) {
    const next: u32 = entryAt(c, i).next;
    if (isUselessNow(c, i)) drop(c, i, DropReason.Expired);
    i = next;
  }
}

/** No time longer than a day is kept in milliseconds. */
const LONGEST_SECONDS: u32 = 86400;

/** ms until the first unsent message is of no use; -1 never. */
export function expiryDeadline(c: Client, nowMs: u32): i32 {
  if (!MQTT5) return NO_DEADLINE;
  let least: u32 = LONGEST_SECONDS + 1;
  let i: u32 = c.cursor;
  while (i != 0) {
    if (mayExpire(c, i)) least = min<u32>(least, secondsLeft(c, entryAt(c, i)));
    i = entryAt(c, i).next;
  }
  if (least > LONGEST_SECONDS) return NO_DEADLINE;
  const five: Five = fiveOf(c);
  const untilMs: u32 = least == 0 ? 0 : least * 1000 - five.leftoverMs;
  return <i32>remainingMs(five.secondsSinceMs, untilMs, nowMs);
}
