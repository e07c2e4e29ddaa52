// How this side ends a connection: it stops everything at once and asks the host to close the transport. What that means
// for messages and for reconnecting is connection.ts.

import { Reason } from "../packet/reason-codes";
import { Sending } from "../packet/send";
import { partsLeft } from "../session/parts";
import { Client } from "./block";
import { fiveOf, speaksFive } from "./five";
import { CloseReason, Event, Phase } from "./status";

/** How long a DISCONNECT may take to leave, after what was being sent before it. */
const ENDING_MS: u32 = 5000;

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

/** What DISCONNECT says about it. [MQTT5-3.14.2-1] */
function codeFor(reason: CloseReason): u32 {
  switch (reason) {
    case CloseReason.BadFlags:
    case CloseReason.BadLength:
    case CloseReason.BadTopic:
    case CloseReason.BadQos:
    case CloseReason.BadProperties:
      return Reason.Malformed;
    case CloseReason.ReceiveMaximumExceeded:
      return Reason.ReceiveMaximumExceeded;
    case CloseReason.BadTopicAlias:
      return Reason.TopicAliasInvalid;
    case CloseReason.PacketTooLarge:
      return Reason.PacketTooLarge;
    default:
      return Reason.ProtocolError;
  }
}

/** Before CONNACK nothing but CONNECT and AUTH is sent, and a packet whose source is gone is never over. */
function canSayWhy(c: Client): bool {
  if (!speaksFive(c) || partsLeft(c) > 0 || c.sending == Sending.Auth) return false;
  return c.phase == Phase.Connected || c.phase == Phase.Leaving || c.phase == Phase.Draining;
}

/**
 * The peer broke a rule: the connection it came on is closed. [MQTT3-4.8.0-1] [MQTT5-4.13.1-1] Before 5 without DISCONNECT, which
 * would delete the will; in 5 it says why, and the will stays.
 */
export function breakOff(c: Client, reason: CloseReason): i32 {
  if (!canSayWhy(c)) {
    beginClosing(c, reason, false);
    return Event.None;
  }
  c.phase = <u8>Phase.Ending;
  c.phaseSinceMs = c.receivedSinceMs;
  c.phaseMs = ENDING_MS;
  c.closeReason = <u8>reason;
  c.disconnectOwed = true;
  fiveOf(c).closeCode = <u8>codeFor(reason);
  fiveOf(c).outProperties = 0;
  return Event.None;
}
