// Messages that are of no use any more before they were ever sent. One of which a byte was handed to a transport is completed
// all the same. [MQTT5-4.3.3-7]

import { Client, Entry, entryAt } from "../client/block";
import { DropReason } from "../client/status";
import { MQTT5 } from "../features";
import { EntryState, Option } from "./entry-state";
import { drop, STATUS_ENTRY } from "./outbox";
import { hasExpired } from "./stored";

/** Whether it was never sent and its message expiry is over. */
export function isUselessNow(c: Client, i: u32): bool {
  const entry: Entry = entryAt(c, i);
  const wasSent: bool = entry.state != EntryState.Queued || (entry.options & Option.WasSent) != 0;
  return i != STATUS_ENTRY && !wasSent && hasExpired(c, entry);
}

/** Ends all of them. Called when a second has passed. */
export function dropExpired(c: Client): void {
  if (!MQTT5) return;
  let i: u32 = c.cursor;
  while (i != 0) {
    const next: u32 = entryAt(c, i).next;
    if (isUselessNow(c, i)) drop(c, i, DropReason.Expired);
    i = next;
  }
}
