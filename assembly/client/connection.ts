// The life of a connection: opening, its end, the wait for the next, and goodbye. Bytes are not its business.

import { MQTT5 } from "../features";
import { isReasonedTaken } from "../packet/heads";
import { settle } from "../packet/incoming";
import { findProperty, propertyNumber } from "../packet/properties";
import { Property } from "../packet/property";
import { Reason } from "../packet/reason-codes";
import { forgetReceived } from "../packet/receive";
import { Sending } from "../packet/send";
import { Packet } from "../packet/types";
import { forgetOwed } from "../session/acks";
import { dropExpired } from "../session/expiry";
import { connectionEnded } from "../session/loss";
import { isSourceStalled, PartsWanted } from "../session/parts";
import { requestLost } from "../session/requests";
import { isStatusUnsettled, oweStatus } from "../session/status-cell";
import { textAddress, textLength } from "../session/texts";
import { missAnswer } from "./answer";
import { Auth } from "./authentication";
import { backoffMs, noteKick, noteLifetime } from "./backoff";
import { Client } from "./block";
import { hasElapsed } from "./clock";
import { beginClosing, Pending } from "./closing";
import { tryFiveAgain } from "./fallback";
import { Five, fiveOf, skipSeconds, speaksFive, startSeconds } from "./five";
import { checkPing, isPeerSilent, Ping, pingDeadline } from "./liveness";
import { LONGEST_MS } from "./settings";
import { areProperties } from "./settings-five";
import { ClosedBy, CloseReason, Event, Phase, Status } from "./status";

const MAX_CLIENT_ID_3_1: u32 = 23;

function wait(c: Client, delayMs: u32, nowMs: u32): void {
  c.phase = <u8>Phase.Waiting;
  c.phaseSinceMs = nowMs;
  c.phaseMs = delayMs;
}

/** [MQTT3-3.1.3-7] and MQTT 3.1's 1 to 23 characters. */
function checkClientId(c: Client): i32 {
  const length: u32 = c.clientId == 0 ? 0 : textLength(c, c.clientId);
  if (length == 0 && (c.version == 3 || (!speaksFive(c) && !c.clean))) return Status.ClientIdRequired;
  return c.version == 3 && length > MAX_CLIENT_ID_3_1 ? Status.ClientIdTooLong : Status.Ok;
}

/** Begins to connect. Settings count from the next connection on. */
export function begin(c: Client, nowMs: u32): i32 {
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  if (c.password != 0 && c.userName == 0 && !speaksFive(c)) return Status.PasswordWithoutUser; // [MQTT3-3.1.2-22]
  const refusal: i32 = checkClientId(c);
  if (refusal < 0) return refusal;
  c.wanted = true;
  startSeconds(c, nowMs);
  tryFiveAgain(c);
  c.attempts = 0;
  c.kicks = 0;
  wait(c, 0, nowMs);
  return Status.Ok;
}

/** The transport is open: CONNECT is owed. */
export function transportOpened(c: Client): i32 {
  if (c.phase != Phase.Opening) return Status.WrongPhase;
  c.phase = <u8>Phase.Handshaking;
  c.connectOwed = true;
  c.keepAliveMs = <u32>c.keepAliveSeconds * 1000; // [MQTT5-3.2.2-22] unless this CONNACK has another
  // a client without stored state has what the broker may have kept discarded first
  c.clearing = !c.clean && !c.hasSession && !c.cleared && !speaksFive(c);
  return Status.Ok;
}

function reasonOf(c: Client, by: ClosedBy): CloseReason {
  if (c.phase == Phase.Closing || c.phase == Phase.Ending) return c.closeReason;
  return by == ClosedBy.Server ? CloseReason.Server : CloseReason.Link;
}

function forgetConnectionOfFive(c: Client): void {
  const five: Five = fiveOf(c);
  five.auth = <u8>Auth.None;
  five.outProperties = 0;
  five.closeCode = 0;
}

function whoClosed(c: Client, reason: CloseReason, by: ClosedBy): ClosedBy {
  if (reason == CloseReason.ServerDisconnect) return ClosedBy.Server;
  return c.phase == Phase.Closing || c.phase == Phase.Ending ? ClosedBy.Client : by;
}

/** The broker says itself that another device uses this client id. */
function isTakenOver(c: Client, reason: CloseReason): bool {
  return MQTT5 && reason == CloseReason.ServerDisconnect && fiveOf(c).reason == <u8>Reason.SessionTakenOver;
}

/** Everything that belonged to the connection alone. */
function forgetConnection(c: Client): void {
  missAnswer(c);
  settle(c); // the firmware has had the message that was reported last
  if (forgetReceived(c)) c.pending |= <u8>Pending.Aborted;
  connectionEnded(c);
  requestLost(c);
  forgetOwed(c);
  c.sending = <u8>Sending.Nothing;
  c.spanLength = 0;
  c.partsWanted = <u16>PartsWanted.No;
  c.ping = <u8>Ping.None;
  c.connectOwed = false;
  c.disconnectOwed = false;
  c.statusOwed = false;
  c.clearing = false;
  if (MQTT5) forgetConnectionOfFive(c);
  c.pending &= ~(<u8>Pending.Close);
}

/** A connection that had done its work, and of which the next is no second attempt. */
function isOwnSake(reason: CloseReason): bool {
  return reason == CloseReason.SessionCleared || reason == CloseReason.OlderVersion;
}

/** Whether a connection follows by itself on one that ended so. What this client does for its own sake is always finished. */
function isFollowed(c: Client, reason: CloseReason): bool {
  if (!c.wanted) return false;
  return c.reconnect || isOwnSake(reason) || reason == CloseReason.ForeignSession;
}

/** The transport is gone, or could not be had. `random` spreads the next attempt. */
export function transportClosed(c: Client, by: ClosedBy, random: u32, nowMs: u32): i32 {
  if (c.phase == Phase.Idle || c.phase == Phase.Waiting) return Status.WrongPhase;
  const reason: CloseReason = reasonOf(c, by);
  const closedBy: ClosedBy = whoClosed(c, reason, by);
  if (c.accepted) {
    noteLifetime(c, c.phaseSinceMs, nowMs);
    if (noteKick(c, closedBy) || isTakenOver(c, reason)) c.pending |= <u8>Pending.SecondDevice;
  }
  forgetConnection(c);
  c.accepted = false;
  c.closeReason = <u8>reason;
  c.closedBy = <u8>closedBy;
  c.pending |= <u8>Pending.Closed;
  if (!isFollowed(c, reason)) c.phase = <u8>Phase.Idle;
  else wait(c, isOwnSake(reason) ? 0 : backoffMs(c, random), nowMs);
  return Status.Ok;
}

/** Says goodbye: the goodbye status, acknowledged within `waitMs`, then DISCONNECT, then the transport closes. */
export function leave(c: Client, waitMs: u32, nowMs: u32): i32 {
  if (c.phase == Phase.Idle) return Status.WrongPhase;
  if (waitMs > LONGEST_MS) return Status.ArgumentRange;
  c.wanted = false;
  if (c.phase == Phase.Leaving || c.phase == Phase.Closing || c.phase == Phase.Ending) {
    c.closeReason = <u8>CloseReason.Goodbye;
    return Status.Ok;
  }
  if (c.phase == Phase.Waiting) {
    c.phase = <u8>Phase.Idle;
    c.closeReason = <u8>CloseReason.Goodbye;
    c.closedBy = <u8>ClosedBy.Client;
    c.pending |= <u8>Pending.Closed;
    return Status.Ok;
  }
  if (c.phase != Phase.Connected) {
    beginClosing(c, CloseReason.Goodbye, false);
    return Status.Ok;
  }
  c.closeReason = <u8>CloseReason.Goodbye;
  c.phase = <u8>Phase.Leaving;
  if (c.goodbyeText != 0) oweStatus(c);
  c.phaseSinceMs = nowMs;
  c.phaseMs = waitMs;
  return Status.Ok;
}

/** The codes of DISCONNECT that a client has: table 3-13. [MQTT5-3.14.2-1] */
function isClientsCode(code: u32): bool {
  if (code == Reason.Success || code == Reason.DisconnectWithWill) return true;
  if (code >= <u32>Reason.Unspecified && code <= <u32>Reason.ImplementationSpecific) return true;
  const isLate: bool = code >= <u32>Reason.ReceiveMaximumExceeded && code <= <u32>Reason.PayloadFormatInvalid;
  return isLate || code == Reason.TopicNameInvalid;
}

/** A session that CONNECT did not ask to keep cannot be kept at the end. */
function raisesExpiry(c: Client, text: u32): bool {
  if (text == 0 || (!c.clean && fiveOf(c).sessionExpiry > 0)) return false;
  const at: usize = textAddress(c, text);
  const length: u32 = textLength(c, text);
  const expiry: u32 = findProperty(at, length, Property.SessionExpiry);
  return expiry < length && propertyNumber(at + expiry) > 0;
}

/** Says goodbye with a reason and prepared properties, which before 5 are not said. */
export function leaveWith(c: Client, code: u32, text: u32, waitMs: u32, nowMs: u32): i32 {
  if (!MQTT5) return Status.VersionUnknown;
  if (!isClientsCode(code)) return Status.ArgumentRange;
  if (!areProperties(c, text, Packet.Disconnect)) return Status.BadHandle;
  if (raisesExpiry(c, text)) return Status.BadProperties;
  if (c.phase != Phase.Connected) return Status.WrongPhase;
  if (speaksFive(c) && !isReasonedTaken(c, text)) return Status.NotSupported;
  const refusal: i32 = leave(c, waitMs, nowMs);
  if (refusal < 0) return refusal;
  fiveOf(c).closeCode = <u8>code;
  fiveOf(c).outProperties = <u16>text;
  return Status.Ok;
}

/** The block is a copy that wakes up: the connection it remembers is gone, and `sleptMs` have passed. */
export function wake(c: Client, sleptMs: u32, nowMs: u32): void {
  skipSeconds(c, sleptMs, nowMs);
  dropExpired(c);
  if (c.phase == Phase.Idle) return;
  const wasWaiting: bool = c.phase == Phase.Waiting;
  forgetConnection(c);
  c.accepted = false;
  c.closeReason = <u8>CloseReason.Restored;
  c.closedBy = <u8>ClosedBy.Link;
  if (!wasWaiting) c.pending |= <u8>Pending.Closed;
  wait(c, wasWaiting && c.phaseMs > sleptMs ? c.phaseMs - sleptMs : 0, nowMs);
}

function openOnTime(c: Client, nowMs: u32): i32 {
  if (!hasElapsed(c.phaseSinceMs, c.phaseMs, nowMs)) return Event.None;
  c.phase = <u8>Phase.Opening;
  c.phaseSinceMs = nowMs;
  tryFiveAgain(c);
  return Event.OpenTransport;
}

/** The peer must answer in time, and so must the source of a message in parts. */
function watchConnection(c: Client, nowMs: u32): void {
  if (c.watchedMs == nowMs) return; // nothing becomes due twice in a millisecond, and thousands of packets may come in one
  c.watchedMs = nowMs;
  if (!c.outlasted && hasElapsed(c.phaseSinceMs, c.backoffMaxMs, nowMs)) c.outlasted = true;
  if (isPeerSilent(c, nowMs)) beginClosing(c, CloseReason.PeerSilent, false);
  else if (isSourceStalled(c, nowMs)) beginClosing(c, CloseReason.PartsStalled, false);
  else checkPing(c, nowMs);
}

/**
 * The status has its time, and DISCONNECT as much again. If the status stays unacknowledged, the connection ends without
 * DISCONNECT: it would delete the will, which then is what tells the truth.
 */
function hurryGoodbye(c: Client, nowMs: u32): void {
  if (!hasElapsed(c.phaseSinceMs, c.phaseMs, nowMs)) return;
  if (c.disconnectOwed || (c.willTopic != 0 && isStatusUnsettled(c))) {
    beginClosing(c, c.closeReason, false);
    return;
  }
  c.disconnectOwed = true;
  c.phaseSinceMs = nowMs;
}

/** Every QoS 2 exchange that had begun is finished, and nothing is owed. */
export function isDrained(c: Client): bool {
  return c.inboundCount == 0 && c.ackCount == 0 && c.sending == Sending.Nothing;
}

/** Ends when what was owed has been exchanged, or has had its time. */
function endDraining(c: Client, nowMs: u32): void {
  if (isDrained(c) || hasElapsed(c.phaseSinceMs, pingDeadline(c), nowMs))
    beginClosing(c, CloseReason.InboundFull, false);
}

/** The peer does not even take the reason why. */
function endUnsaid(c: Client, nowMs: u32): void {
  if (hasElapsed(c.phaseSinceMs, c.phaseMs, nowMs)) beginClosing(c, c.closeReason, false);
}

/** What the clock alone brings about. */
export function onTime(c: Client, nowMs: u32): i32 {
  if (c.phase == Phase.Waiting) return openOnTime(c, nowMs);
  if (c.phase == Phase.Connected) watchConnection(c, nowMs);
  else if (c.phase == Phase.Leaving) hurryGoodbye(c, nowMs);
  else if (c.phase == Phase.Draining) endDraining(c, nowMs);
  else if (c.phase == Phase.Ending) endUnsaid(c, nowMs);
  else if (c.phase == Phase.Opening || c.phase == Phase.Handshaking) {
    if (hasElapsed(c.phaseSinceMs, c.connectTimeoutMs, nowMs))
      beginClosing(c, CloseReason.ConnectTimeout, false);
  }
  return Event.None;
}
