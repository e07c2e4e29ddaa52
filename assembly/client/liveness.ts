// Whether the peer is still there: keep-alive, the measured round trip, and the PINGREQ that finds out. It closes nothing
// itself; it says when.

import { Client } from "./block";
import { elapsedMs, NO_DEADLINE, remainingMs, sooner } from "./clock";

export const enum Ping {
  None = 0,
  /** To be sent, perhaps behind bytes that are still moving. */
  Owed = 1,
  /** Sent, PINGRESP awaited. */
  Sent = 2,
  /** Awaited, and another PINGREQ owed meanwhile: the round trip is longer than the keep-alive. */
  SentAndOwed = 3,
}

/** What the one running round-trip measurement times. */
const enum Timed {
  Nothing = 0,
  Publish = 1,
  Ping = 2,
}

/** The lowest ping deadline, and the lowest upper bound of it. */
const DEADLINE_LOW_MS: u32 = 10000;
const DEADLINE_HIGH_MS: u32 = 30000;
/** A sample above this says that the link stood still, not how long it takes. */
const SAMPLE_MAX_MS: i32 = 60000;
/** A PINGREQ goes out a little early, because timers fire late. */
const MARGIN_MS: u32 = 1000;

export function startLiveness(c: Client, nowMs: u32): void {
  c.receivedSinceMs = nowMs; // what was sent last is CONNECT, from which the keep-alive counts
  c.ackSinceMs = nowMs;
  c.ping = <u8>Ping.None;
  c.timed = <u8>Timed.Nothing;
}

/** RFC 6298's estimator: SRTT in eighths, RTTVAR in quarters of a millisecond. */
function sampleRoundTrip(c: Client, nowMs: u32): void {
  const elapsed: i32 = elapsedMs(c.timedSinceMs, nowMs);
  c.timed = <u8>Timed.Nothing;
  if (elapsed < 0 || elapsed > SAMPLE_MAX_MS) return;
  const sample: u32 = <u32>elapsed;
  if (c.roundTrip8 == 0) {
    c.roundTrip8 = (sample << 3) | 1; // never 0 again, which means unmeasured
    c.roundTripVariation4 = sample << 1;
    return;
  }
  const smoothed: u32 = c.roundTrip8 >> 3;
  const deviation: u32 = sample > smoothed ? sample - smoothed : smoothed - sample;
  c.roundTripVariation4 = c.roundTripVariation4 - (c.roundTripVariation4 >> 2) + deviation;
  c.roundTrip8 = (c.roundTrip8 - (c.roundTrip8 >> 3) + sample) | 1;
}

/** How long an answer may take, in ms: four deviations and two of the port's early retransmissions above the usual. */
export function pingDeadline(c: Client): u32 {
  if (c.pingDeadlineMs > 0) return c.pingDeadlineMs;
  const usual: u32 = (c.roundTrip8 >> 3) + c.roundTripVariation4 + (c.retransmitMs << 1);
  const highest: u32 = max<u32>(DEADLINE_HIGH_MS, c.keepAliveMs >> 1);
  return min<u32>(max<u32>(usual, DEADLINE_LOW_MS), highest);
}

/** [MQTT3-3.1.2-23] [MQTT5-3.1.2-20] The gap between two packets sent is at most the keep-alive. */
function pingInterval(c: Client): u32 {
  return c.keepAliveMs - min<u32>(c.keepAliveMs >> 3, MARGIN_MS);
}

export function sentSomething(c: Client, nowMs: u32): void {
  c.sentSinceMs = nowMs;
}

export function isPingOwed(c: Client): bool {
  return c.ping == Ping.Owed || c.ping == Ping.SentAndOwed;
}

/** A PINGREQ has left. The deadline is that of the first one that is not answered. */
export function pingSent(c: Client, nowMs: u32): void {
  if (c.ping != Ping.SentAndOwed) c.pingSinceMs = nowMs;
  c.ping = <u8>Ping.Sent;
  if (c.timed != Timed.Nothing) return;
  c.timed = <u8>Timed.Ping;
  c.timedSinceMs = nowMs;
}

/** A PUBLISH above QoS 0 has left: the first of those awaited starts the wait, and one at a time is timed. */
export function publishSent(c: Client, packetId: u32, nowMs: u32): void {
  if (c.inflight == 1) c.ackSinceMs = nowMs;
  // without a keep-alive nothing was expected of the peer until now, perhaps for longer than the clock can tell
  if (c.inflight == 1 && c.keepAliveMs == 0) c.receivedSinceMs = nowMs;
  if (c.timed != Timed.Nothing) return;
  c.timed = <u8>Timed.Publish;
  c.timedId = <u16>packetId;
  c.timedSinceMs = nowMs;
}

/** Any byte of the peer shows that it lives, and that an answer may be on its way behind it. */
export function heardPeer(c: Client, nowMs: u32): void {
  c.receivedSinceMs = nowMs;
  if (c.ping != Ping.None) c.pingSinceMs = nowMs;
}

export function heardAck(c: Client, packetId: u32, nowMs: u32): void {
  c.ackSinceMs = nowMs;
  if (c.timed == Timed.Publish && c.timedId == packetId) sampleRoundTrip(c, nowMs);
}

/** A PINGRESP that nothing asked for changes nothing. */
export function heardPingresp(c: Client, nowMs: u32): void {
  if (c.ping != Ping.Sent && c.ping != Ping.SentAndOwed) return;
  c.ping = <u8>Ping.None;
  c.ackSinceMs = nowMs;
  if (c.timed == Timed.Ping) sampleRoundTrip(c, nowMs);
}

export function isPeerSilent(c: Client, nowMs: u32): bool {
  return c.ping != Ping.None && remainingMs(c.pingSinceMs, pingDeadline(c), nowMs) == 0;
}

/** ms until an acknowledgement is overdue, counted from the last sign of progress or life. */
function untilAckOverdue(c: Client, nowMs: u32): u32 {
  const deadline: u32 = pingDeadline(c);
  return max<u32>(
    remainingMs(c.ackSinceMs, deadline, nowMs),
    remainingMs(c.receivedSinceMs, deadline, nowMs),
  );
}

/** ms until the keep-alive wants a packet from this side, or a sign of life from the other; -1 without a keep-alive. */
function keepAliveDeadline(c: Client, nowMs: u32): i32 {
  if (c.keepAliveMs == 0) return NO_DEADLINE;
  const interval: u32 = pingInterval(c);
  const untilSend: u32 = remainingMs(c.sentSinceMs, interval, nowMs);
  if (c.ping != Ping.None) return <i32>untilSend;
  return <i32>min<u32>(untilSend, remainingMs(c.receivedSinceMs, interval, nowMs));
}

/** ms until a PINGREQ is due; -1 if none will be. */
function pingDueDeadline(c: Client, nowMs: u32): i32 {
  if (isPingOwed(c)) return NO_DEADLINE;
  const keepAlive: i32 = keepAliveDeadline(c, nowMs);
  if (c.inflight == 0 || c.ping != Ping.None) return keepAlive;
  return sooner(keepAlive, <i32>untilAckOverdue(c, nowMs));
}

/** ms until a PINGREQ is due or its answer overdue; -1 if neither will ever be. */
export function livenessDeadline(c: Client, nowMs: u32): i32 {
  const due: i32 = pingDueDeadline(c, nowMs);
  return c.ping == Ping.None ? due : sooner(due, <i32>remainingMs(c.pingSinceMs, pingDeadline(c), nowMs));
}

/** Owes a PINGREQ when one is due. */
export function checkPing(c: Client, nowMs: u32): void {
  if (pingDueDeadline(c, nowMs) != 0) return;
  if (c.ping == Ping.None) {
    c.ping = <u8>Ping.Owed;
    c.pingSinceMs = nowMs;
  } else {
    c.ping = <u8>Ping.SentAndOwed;
  }
}
