// Readings: when one is due, and how it becomes a message. What becomes of the message is the client's business.

import { Client } from "../../assembly/client/block";
import { elapsedMs, hasElapsed, remainingMs } from "../../assembly/client/clock";
import { Status } from "../../assembly/client/status";
import { publish, publishWith, writeNumber as writeNumberProperty } from "../../assembly/index";
import { Property } from "../../assembly/packet/property";
import { Option } from "../../assembly/session/entry-state";
import { Sample, sampleThousandths } from "./board";
import { oweDropNotice } from "./notices";
import { clientOf, Sensor, TOPIC_BYTES, textAddress, topicAddress } from "./sensor";
import { writeDecimal, writeNumber, writeText } from "./text";
import { READING_CELSIUS, READING_END, READING_NONE, READING_SEQ } from "./words";

/** A day. */
export const LONGEST_INTERVAL_MS: u32 = 86400000;

const CHANNEL: u32 = 0;
const NO_DEADLINE: i32 = -1;

/** The newest reading counts, and one that cannot be sent is at least reported. */
const OPTIONS: u32 = <u32>Option.DropOldest | <u32>Option.DropOffline;

/** The first reading is due at once. */
export function startSampling(s: Sensor, nowMs: u32): void {
  s.isSampling = true;
  s.waitSinceMs = nowMs;
  s.waitMs = 0;
}

/** The device sleeps or was off for `sleptMs`, and the clock may have begun anew. */
export function resumeSampling(s: Sensor, sleptMs: u32, nowMs: u32): void {
  s.waitMs = s.waitMs > sleptMs ? s.waitMs - sleptMs : 0;
  s.waitSinceMs = nowMs;
}

/** A command that only repeats the interval, as a retained one does at every connection, puts nothing off. */
export function changeInterval(s: Sensor, intervalMs: u32, nowMs: u32): void {
  if (s.intervalMs == intervalMs) return;
  s.intervalMs = intervalMs;
  s.waitSinceMs = nowMs;
  s.waitMs = intervalMs;
}

export function samplingDeadline(s: Sensor, nowMs: u32): i32 {
  return s.isSampling ? <i32>remainingMs(s.waitSinceMs, s.waitMs, nowMs) : NO_DEADLINE;
}

/** The next is due one interval after this one was, however late this one is. What a stall has missed is not made up for. */
function scheduleNext(s: Sensor, nowMs: u32): void {
  const elapsed: i32 = elapsedMs(s.waitSinceMs, nowMs);
  const lateMs: u32 = elapsed > <i32>s.waitMs ? <u32>elapsed - s.waitMs : 0;
  s.waitSinceMs = nowMs;
  s.waitMs = s.intervalMs - (lateMs % s.intervalMs);
}

/** `{"seq":17,"celsius":21.37}`, with `null` for no reading: up to 41 bytes. */
function writeReading(s: Sensor): u32 {
  const at: usize = textAddress(s);
  let end: usize = writeText(at, READING_SEQ);
  end = writeNumber(end, s.readings);
  end = writeText(end, READING_CELSIUS);
  if (s.lastThousandths == Sample.None) end = writeText(end, READING_NONE);
  else end = writeDecimal(end, s.lastThousandths);
  end = writeText(end, READING_END);
  return <u32>(end - at);
}

/** With a message expiry among its properties, which are written where a topic on the spot would be. */
function publishExpiring(s: Sensor, length: u32, options: u32, nowMs: u32): i32 {
  const at: usize = topicAddress(s);
  const bytes: i32 = writeNumberProperty(at, TOPIC_BYTES, Property.MessageExpiry, s.expirySeconds);
  if (bytes < 0) return bytes;
  const c: Client = clientOf(s);
  return publishWith(c, s.readingTopic, at, 0, at, <u32>bytes, textAddress(s), length, options, nowMs);
}

function publishReading(s: Sensor, nowMs: u32): void {
  const length: u32 = writeReading(s);
  const options: u32 = <u32>s.qos | OPTIONS;
  const ticket: i32 =
    s.expirySeconds > 0
      ? publishExpiring(s, length, options, nowMs)
      : publish(clientOf(s), s.readingTopic, textAddress(s), length, options);
  s.lastTicket = ticket;
  if (ticket >= 0) {
    s.accepted += 1;
    return;
  }
  s.refused += 1;
  if (ticket == Status.OutboxFull) oweDropNotice(s);
}

export function sampleWhenDue(s: Sensor, nowMs: u32): void {
  if (!s.isSampling || !hasElapsed(s.waitSinceMs, s.waitMs, nowMs)) return;
  scheduleNext(s, nowMs);
  s.readings += 1;
  s.lastThousandths = sampleThousandths(CHANNEL);
  publishReading(s, nowMs);
}
