// CONNACK, and what it makes of the session: resumed, fresh, lost, or one that this client must not resume.

import { MQTT5 } from "../features";
import { startsClean } from "../packet/heads";
import { forgetOwed } from "../session/acks";
import { restoreSubscriptions } from "../session/filters";
import { forgetAllInbound } from "../session/inbound";
import { resume, sessionLost } from "../session/loss";
import { oweStatus } from "../session/status-cell";
import { hadAnswer, takeMissed } from "./answer";
import { Auth } from "./authentication";
import { addressOf, Client } from "./block";
import { beginClosing, breakOff } from "./closing";
import { quotaMax, readConnackOfFive } from "./connack-five";
import { fiveOf, speaksFive } from "./five";
import { startLiveness } from "./liveness";
import { CloseReason, Event, Phase, SessionOutcome } from "./status";

const MAX_RETURN_CODE: u32 = 5;

function begin(c: Client, nowMs: u32): void {
  c.phaseSinceMs = nowMs;
  c.outlasted = false;
  c.progress = false;
  c.quota = quotaMax(c);
  if (MQTT5) fiveOf(c).auth = <u8>Auth.None;
  forgetOwed(c);
  startLiveness(c, nowMs);
}

/** Says DISCONNECT at once, without a word to the firmware: this connection had another purpose. */
function leaveAtOnce(c: Client, reason: CloseReason, nowMs: u32): i32 {
  begin(c, nowMs);
  c.phase = <u8>Phase.Leaving;
  c.phaseMs = c.connectTimeoutMs;
  c.closeReason = <u8>reason;
  c.disconnectOwed = true;
  return Event.None;
}

/** [MQTT3-3.1.2-6] [MQTT5-3.1.2-4] [MQTT5-3.2.2-5] Nothing of the session before is used again. */
function startOver(c: Client): void {
  sessionLost(c);
  forgetAllInbound(c);
  restoreSubscriptions(c);
}

/**
 * What became of the session, with the outbox and the subscriptions put to rights. [MQTT3-3.1.2-4] [MQTT5-3.1.2-23] What both
 * sides kept goes on; [MQTT3-4.1.0-1] [MQTT3-4.1.0-2] [MQTT5-4.1.0-1] nothing but a CONNACK ends it.
 */
function settleSession(c: Client, isPresent: bool): SessionOutcome {
  const had: bool = c.hasSession;
  const wasCleared: bool = c.tellCleared;
  const mayBeNew: bool = takeMissed(c);
  c.hasSession = !c.clean;
  c.tellCleared = false;
  // MQTT 3.1 cannot say whether it kept the session: everything is sent again and asked for again
  const isAssumed: bool = c.version == 3 && had && !c.clean;
  if (isPresent || isAssumed) {
    resume(c);
    // an unanswered CONNECT may have made the session that is present now, and that one knows no subscriptions
    if (isAssumed || mayBeNew) restoreSubscriptions(c);
    if (isAssumed) forgetAllInbound(c);
    return SessionOutcome.Resumed;
  }
  startOver(c);
  if (had) return SessionOutcome.Lost;
  return wasCleared ? SessionOutcome.Cleared : SessionOutcome.Fresh;
}

/** The broker accepts. */
export function accept(c: Client, isPresent: bool, nowMs: u32): i32 {
  const isClean: bool = startsClean(c);
  if (isClean && isPresent) return breakOff(c, CloseReason.BadConnack); // [MQTT3-3.2.2-1] [MQTT5-3.2.2-4]
  if (c.clearing || (isClean && !c.clean && !c.cleared)) c.tellCleared = true;
  if (isClean) c.cleared = true;
  if (c.clearing) return leaveAtOnce(c, CloseReason.SessionCleared, nowMs);
  // a client without stored state never resumes: its ids would be taken for those of its earlier life
  if (isPresent && !c.hasSession) {
    c.cleared = false;
    return leaveAtOnce(c, CloseReason.ForeignSession, nowMs);
  }
  begin(c, nowMs);
  c.eventCode = <u8>settleSession(c, isPresent);
  c.eventFlag = isPresent ? 1 : 0;
  c.phase = <u8>Phase.Connected;
  c.accepted = true;
  oweStatus(c);
  return Event.Connected;
}

/** A CONNACK whose variable header is at offset `offset` of the block. */
export function readConnack(c: Client, offset: u32, nowMs: u32): i32 {
  if (speaksFive(c)) return readConnackOfFive(c, offset, nowMs);
  const flags: u32 = load<u8>(addressOf(c, offset));
  const code: u32 = load<u8>(addressOf(c, offset + 1));
  // the first byte is reserved in 3.1, and Session Present in 3.1.1
  if ((c.version == 4 && flags > 1) || code > MAX_RETURN_CODE) return breakOff(c, CloseReason.BadConnack);
  hadAnswer(c);
  if (code == 0) return accept(c, c.version == 4 && flags == 1, nowMs);
  if (c.version == 4 && flags != 0) return breakOff(c, CloseReason.BadConnack); // [MQTT3-3.2.2-4]
  c.eventCode = <u8>code;
  beginClosing(c, CloseReason.Refused, false);
  return Event.Refused;
}
