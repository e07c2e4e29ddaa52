// How this side ends a connection: it stops everything at once and asks the host to close the transport. What that means
// for messages and for reconnecting is connection.ts.

import { Client } from "./block";
import { CloseReason, Event, Phase } from "./status";

/** Reports that wait for a poll. */
export const enum Pending {
  Aborted = 1,
  SecondDevice = 2,
  Close = 4,
  Closed = 8,
}

/** `isGraceful`: after all that was handed over has gone out, as after DISCONNECT. */
export function beginClosing(c: Client, reason: CloseReason, isGraceful: bool): void {
  c.phase = <u8>Phase.Closing;
  c.closeReason = <u8>reason;
  c.closesGently = isGraceful;
  c.pending |= <u8>Pending.Close;
}

/** The peer broke a rule: the connection it came on is closed. [MQTT3-4.8.0-1] */
export function breakOff(c: Client, reason: CloseReason): i32 {
  beginClosing(c, reason, false);
  return Event.None;
}
