// What MQTT 5 needs beside the client's struct: the broker's limits, own settings, the last event's properties. It lies before
// the head buffer, and an image without MQTT 5 has none. It knows nothing of what they mean.

import { MQTT5 } from "../features";
import { Client } from "./block";
import { elapsedMs } from "./clock";

@unmanaged
export class Five {
  // ── time that outlasts the milliseconds' wrap: seconds since the client was made, from the last reading of the clock
  seconds: u32;
  secondsSinceMs: u32;
  /** When the broker refused 5, in seconds. */
  refusedAt: u32;

  // ── settings
  /** Seconds that the broker keeps the session without a connection. */
  sessionExpiry: u32;
  /** Of an incoming packet, 0 for no limit of one's own. */
  largestPacket: u32;

  /** The broker's Maximum Packet Size, 0 for none. */
  serverPacketMax: u32;

  // ── the properties of the event that poll reported last
  propertiesAt: u32;
  propertiesLength: u32;

  /** PUBLISHes above QoS 0 that the broker takes without an acknowledgement, within the own window. */
  quotaMax: u16;
  /** Texts of kind Properties, or 0. */
  connectProperties: u16;
  willProperties: u16;
  /** Of the AUTH or DISCONNECT that is owed. */
  outProperties: u16;
  /** What `seconds` has not counted yet. */
  leftoverMs: u16;
  /** That every SUBSCRIBE, or UNSUBSCRIBE, carries. */
  subscribeProperties: u16;
  unsubscribeProperties: u16;
  /** Incoming QoS 2 ids that the session brought along: the broker's new quota does not count them. */
  oldIds: u16;

  /** Aliases that the broker takes, that this client takes, and that this connection has given out. */
  serverAliasMax: u8;
  aliasMax: u8;
  aliasCount: u8;
  /** The version that was asked for; `version` of the client is the one that is spoken. */
  wantedVersion: u8;
  /** The reason code of the event that poll reported last. */
  reason: u8;
  /** Of the DISCONNECT that is owed. */
  closeCode: u8;
  /** Bits of a Lack. */
  lacks: u8;
  auth: u8;
}

/** What a broker may lack, or this client. */
export const enum Lack {
  Retain = 1,
  Wildcards = 2,
  Identifiers = 4,
  Shared = 8,
  Qos1 = 16,
  Qos2 = 32,
  /** A topic that the broker has given an alias found no room. */
  AliasRoom = 64,
}

/** Bytes of the struct in the block. */
export function fiveBytes(): u32 {
  return MQTT5 ? offsetof<Five>() : 0;
}

export function fiveOf(c: Client): Five {
  return changetype<Five>(changetype<usize>(c) + (c.headAt - offsetof<Five>()));
}

/** Whether this connection is one of MQTT 5. */
export function speaksFive(c: Client): bool {
  return MQTT5 && c.version == 5;
}

/** The first reading of the clock. */
export function startSeconds(c: Client, nowMs: u32): void {
  if (!MQTT5) return;
  const five: Five = fiveOf(c);
  if (five.seconds == 0 && five.secondsSinceMs == 0) five.secondsSinceMs = nowMs;
}

/** Counts the seconds that have passed, at every poll. True when there were any. */
export function countSeconds(c: Client, nowMs: u32): bool {
  if (!MQTT5) return false;
  const five: Five = fiveOf(c);
  const elapsed: i32 = elapsedMs(five.secondsSinceMs, nowMs);
  if (elapsed + <i32>five.leftoverMs < 1000) return false;
  const total: u32 = <u32>elapsed + five.leftoverMs;
  five.seconds += total / 1000;
  five.leftoverMs = <u16>(total % 1000);
  five.secondsSinceMs = nowMs;
  return true;
}

/** The clock was not read for `sleptMs`, and may have begun anew. */
export function skipSeconds(c: Client, sleptMs: u32, nowMs: u32): void {
  if (!MQTT5) return;
  const five: Five = fiveOf(c);
  five.seconds += sleptMs / 1000;
  five.secondsSinceMs = nowMs;
}

/** Whether a property of the event that was reported last may be at offset `at` of the block. */
export function isPropertyAt(c: Client, at: u32): bool {
  const five: Five = fiveOf(c);
  return at >= five.propertiesAt && at < five.propertiesAt + five.propertiesLength;
}

/** The event that is reported next has no properties, unless they are set. */
export function forgetProperties(c: Client): void {
  fiveOf(c).propertiesLength = 0;
}
