// What a client is told before it connects. Each call refuses what is out of range and then changes nothing; everything
// counts from the next connection on.

import { MQTT5 } from "../features";
import { Option } from "../session/entry-state";
import { LossPolicy } from "../session/loss";
import { initOutbox } from "../session/outbox";
import { addText, checkText, isText, TextKind } from "../session/texts";
import {
  addressOf,
  bytesFor,
  Client,
  MAGIC,
  MAX_OUTBOX_BYTES,
  MAX_ROWS,
  MAX_TOPIC_HANDLE,
  MAX_WINDOW,
  place,
} from "./block";
import { fiveOf } from "./five";
import { USUAL_EXPIRY_SECONDS } from "./settings-five";
import { Phase, Status } from "./status";

const VERSION_3_1_1: u8 = 4;
const VERSION_5: u8 = 5;
const KEEP_ALIVE_SECONDS: u16 = 60;
/** lwIP's largest early retransmission time: one lost segment costs as much. */
const RETRANSMIT_MS: u32 = 3000;
const CONNECT_TIMEOUT_MS: u32 = 30000;
const BACKOFF_BASE_MS: u32 = 1000;
const BACKOFF_MAX_MS: u32 = 120000;

/** A day: no longer time is kept in milliseconds. */
export const LONGEST_MS: u32 = 86400000;
const MAX_KEEP_ALIVE_SECONDS: u32 = 65535;
const MAX_RECEIVE_BYTES: u32 = 268435460;
const MIN_RECEIVE_BYTES: u32 = 64;

export function isInitialised(c: Client): bool {
  return c.magic == MAGIC;
}

function areCapacitiesValid(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): bool {
  if (receive < MIN_RECEIVE_BYTES || receive > MAX_RECEIVE_BYTES) return false;
  if (outbox == 0 || outbox > MAX_OUTBOX_BYTES || textBytes > MAX_OUTBOX_BYTES) return false;
  if (entries == 0 || entries > MAX_ROWS || window == 0 || window > MAX_WINDOW) return false;
  return inboundIds > 0 && inboundIds <= MAX_ROWS && texts > 0 && texts <= MAX_ROWS && filters <= MAX_ROWS;
}

/** Bytes that a block with these capacities takes, or CapacityRange. */
export function sizeOfBlock(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  if (!areCapacitiesValid(receive, outbox, entries, window, inboundIds, texts, textBytes, filters))
    return Status.CapacityRange;
  return <i32>bytesFor(receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
}

/** Makes a fresh client of the block: no session, no texts, the first packet id 1, the highest version that the image has. */
export function initialise(
  c: Client,
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  const bytes: i32 = sizeOfBlock(receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
  if (bytes < 0) return bytes;
  memory.fill(addressOf(c, 0), 0, <u32>bytes);
  place(c, receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
  initOutbox(c);
  c.magic = MAGIC;
  c.version = MQTT5 ? VERSION_5 : VERSION_3_1_1;
  c.nextPacketId = 1;
  c.clean = true;
  c.reconnect = true;
  c.lossPolicy = <u8>LossPolicy.RepublishQos1;
  if (MQTT5) {
    fiveOf(c).wantedVersion = VERSION_5;
    fiveOf(c).sessionExpiry = USUAL_EXPIRY_SECONDS;
  }
  c.keepAliveSeconds = KEEP_ALIVE_SECONDS;
  c.keepAliveMs = <u32>KEEP_ALIVE_SECONDS * 1000;
  c.retransmitMs = RETRANSMIT_MS;
  c.connectTimeoutMs = CONNECT_TIMEOUT_MS;
  c.backoffBaseMs = BACKOFF_BASE_MS;
  c.backoffMaxMs = BACKOFF_MAX_MS;
  return bytes;
}

/** Stores a checked text. A handle from 1 on. */
export function addChecked(c: Client, at: usize, length: u32, kind: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  const refusal: i32 = checkText(at, length, kind);
  return refusal < 0 ? refusal : addText(c, at, length, kind);
}

/** A topic that messages name by handle. A message has one byte for it. */
export function addTopic(c: Client, at: usize, length: u32): i32 {
  if (c.textCapacity > MAX_TOPIC_HANDLE) return Status.TooManyTexts;
  return addChecked(c, at, length, TextKind.Topic);
}

/** 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5, which is the default where it is there, and falls back to 3.1.1 where the broker does not speak it. */
export function chooseVersion(c: Client, version: u32): i32 {
  if (version != 3 && version != 4 && (!MQTT5 || version != 5)) return Status.VersionUnknown;
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  c.version = <u8>version;
  if (MQTT5) fiveOf(c).wantedVersion = <u8>version;
  return Status.Ok;
}

/** A clean session ends with its connection; another is resumed for as long as both sides know it. */
export function chooseClean(c: Client, clean: bool): i32 {
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  c.clean = clean;
  return Status.Ok;
}

/**
 * Another client id is another client: it has no session yet. [MQTT3-3.1.3-2] [MQTT5-3.1.3-2] It is a string. [MQTT3-3.1.3-4]
 * [MQTT5-3.1.3-4]
 */
export function chooseClientId(c: Client, text: u32): i32 {
  if (!isText(c, text, TextKind.String)) return Status.BadHandle;
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  if (c.clientId == text) return Status.Ok;
  c.clientId = <u16>text;
  c.hasSession = false;
  c.cleared = false;
  return Status.Ok;
}

/**
 * Takes whatever session the broker holds, without discarding it first. Only for a client that publishes nothing above QoS 0:
 * the broker would take its first ids for those of an earlier life.
 */
export function takeStoredSession(c: Client): i32 {
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  c.hasSession = true;
  return Status.Ok;
}

/** A user name is a string, a password is bytes; 0 for none. [MQTT3-3.1.3-11] [MQTT5-3.1.3-12] */
export function chooseCredentials(c: Client, userName: u32, password: u32): i32 {
  if (c.connectOwed) return Status.WrongPhase;
  if (userName != 0 && !isText(c, userName, TextKind.String)) return Status.BadHandle;
  if (password != 0 && !isText(c, password, TextKind.Bytes)) return Status.BadHandle;
  c.userName = <u16>userName;
  c.password = <u16>password;
  return Status.Ok;
}

/**
 * What the broker publishes when the connection dies without a goodbye. Topic 0: no will. [MQTT3-3.1.2-14] [MQTT3-3.1.3-10]
 * [MQTT5-3.1.2-12] [MQTT5-3.1.3-11]
 */
export function chooseWill(c: Client, topic: u32, payload: u32, options: u32): i32 {
  if (c.connectOwed) return Status.WrongPhase;
  if (topic == 0) {
    c.willTopic = 0;
    return Status.Ok;
  }
  if (!isText(c, topic, TextKind.Topic) || !isText(c, payload, TextKind.Bytes)) return Status.BadHandle;
  if ((options & Option.QosMask) == Option.QosMask) return Status.QosRange;
  c.willTopic = <u16>topic;
  c.willPayload = <u16>payload;
  c.willOptions = <u16>(options & (Option.QosMask | Option.Retain | Option.MayLower));
  return Status.Ok;
}

/** The topic of the retained status, and what `disconnect` leaves there; 0 for nothing. With a will there it is retained as that is. */
export function chooseStatusTopic(c: Client, topic: u32, goodbye: u32): i32 {
  if (!isText(c, topic, TextKind.Topic)) return Status.BadHandle;
  if (goodbye != 0 && !isText(c, goodbye, TextKind.Bytes)) return Status.BadHandle;
  c.statusTopic = <u16>topic;
  c.goodbyeText = <u16>goodbye;
  return Status.Ok;
}

/** Seconds, 0 to 65,535; 0 turns it off. */
export function chooseKeepAlive(c: Client, seconds: u32): i32 {
  if (seconds > MAX_KEEP_ALIVE_SECONDS) return Status.ArgumentRange;
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  c.keepAliveSeconds = <u16>seconds;
  c.keepAliveMs = seconds * 1000;
  return Status.Ok;
}

/** How long a PINGRESP may take, 0 to measure it; and the longest early retransmission of the port's TCP, both in ms. */
export function chooseLiveness(c: Client, pingDeadlineMs: u32, retransmitMs: u32): i32 {
  if (pingDeadlineMs > LONGEST_MS || retransmitMs > LONGEST_MS) return Status.ArgumentRange;
  c.pingDeadlineMs = pingDeadlineMs;
  c.retransmitMs = retransmitMs;
  return Status.Ok;
}

/** Whether to connect again by itself, after up to `baseMs`, doubling to up to `maxMs`; and how long opening and CONNACK may take. */
export function chooseReconnect(
  c: Client,
  reconnect: bool,
  baseMs: u32,
  maxMs: u32,
  connectTimeoutMs: u32,
): i32 {
  if (baseMs > maxMs || maxMs > LONGEST_MS || connectTimeoutMs == 0 || connectTimeoutMs > LONGEST_MS) {
    return Status.ArgumentRange;
  }
  c.reconnect = reconnect;
  c.backoffBaseMs = baseMs;
  c.backoffMaxMs = maxMs;
  c.connectTimeoutMs = connectTimeoutMs;
  return Status.Ok;
}
