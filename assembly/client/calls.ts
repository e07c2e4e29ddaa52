// The calls that publish and subscribe: who may make them, and what they hand on.

import { MQTT5 } from "../features";
import { MAX_REMAINING_LENGTH } from "../packet/bytes";
import { isShared, isShareValid } from "../packet/share";
import { checkTopicName } from "../packet/topic";
import { Packet } from "../packet/types";
import { accept, payloadAddress } from "../session/accept";
import { EntryState, Option } from "../session/entry-state";
import { passSeconds } from "../session/expiry";
import { wantFilterWith } from "../session/filters";
import { drop, STATUS_ENTRY } from "../session/outbox";
import { PartsWanted, setPartsTotal, TOTAL_BYTES } from "../session/parts";
import { isText, TextKind } from "../session/texts";
import { Client, entryAt } from "./block";
import { beginClosing } from "./closing";
import { isInitialised } from "./settings";
import { checkOurs } from "./settings-five";
import { CloseReason, DropReason, Status } from "./status";

/** Room for one part of a message in parts, at least; an eighth of a large outbox, so that few calls move much. */
const PART_BYTES: u32 = 128;
/** Topic, packet id and their lengths, at most. */
const HEAD_ALLOWANCE: u32 = 65535 + 4 + 16;
/** They lie in the outbox. */
const MAX_PROPERTIES_BYTES: u32 = 65535;
/** Of a subscription's options. */
const NO_LOCAL: u32 = 4;

/** Accepts a message of `length` bytes and copies them. Its ticket, or why not. */
function take(
  c: Client,
  handle: u32,
  topic: usize,
  topicLength: u32,
  payload: usize,
  length: u32,
  options: u32,
  properties: usize,
  propertiesLength: u32,
): i32 {
  const ticket: i32 = accept(
    c,
    handle,
    topic,
    topicLength,
    length,
    options & Option.Callers,
    properties,
    propertiesLength,
  );
  if (ticket > 0 && length > 0 && entryAt(c, <u32>ticket).state == EntryState.Queued) {
    memory.copy(payloadAddress(c, <u32>ticket), payload, length);
  }
  return ticket;
}

export function publishPrepared(c: Client, topic: u32, payload: usize, length: u32, options: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (!isText(c, topic, TextKind.Topic)) return Status.BadHandle;
  return take(c, topic, 0, 0, payload, length, options, 0, 0);
}

/** Ok, or what is wrong with a topic, a handle or with 0 a name, and with the properties beside it. */
function checkNamed(
  c: Client,
  handle: u32,
  name: usize,
  nameLength: u32,
  properties: usize,
  propertiesLength: u32,
): i32 {
  if (handle != 0 && !isText(c, handle, TextKind.Topic)) return Status.BadHandle;
  const refusal: i32 = handle == 0 ? checkTopicName(name, nameLength) : Status.Ok;
  if (refusal < 0 || propertiesLength == 0) return refusal;
  if (!MQTT5) return Status.VersionUnknown;
  if (propertiesLength > MAX_PROPERTIES_BYTES) return Status.ArgumentRange;
  return checkOurs(properties, propertiesLength, Packet.Publish);
}

/** The same with properties, which are copied; `topic` is a handle, or 0 for the name at `name`. */
export function publishWithProperties(
  c: Client,
  topic: u32,
  name: usize,
  nameLength: u32,
  properties: usize,
  propertiesLength: u32,
  payload: usize,
  length: u32,
  options: u32,
  nowMs: u32,
): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (!MQTT5) return Status.VersionUnknown;
  passSeconds(c, nowMs); // the expiry counts from now, not from the last poll
  const refusal: i32 = checkNamed(c, topic, name, nameLength, properties, propertiesLength);
  if (refusal < 0) return refusal;
  return take(c, topic, name, nameLength, payload, length, options, properties, propertiesLength);
}

export function publishOnTheSpot(
  c: Client,
  topic: usize,
  topicLength: u32,
  payload: usize,
  length: u32,
  options: u32,
): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  const refusal: i32 = checkTopicName(topic, topicLength);
  return refusal < 0 ? refusal : take(c, 0, topic, topicLength, payload, length, options, 0, 0);
}

/** Wants a filter with the options byte of MQTT 5: QoS in bits 0–1, 4 no local, 8 retain as published, 16 × retain handling. */
export function subscribeWithOptions(
  c: Client,
  filter: usize,
  length: u32,
  options: u32,
  identifier: u32,
): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (!MQTT5) return Status.VersionUnknown;
  if ((options & 3) == 3) return Status.QosRange;
  if (options >= 0x30 || identifier > MAX_REMAINING_LENGTH) return Status.ArgumentRange; // [MQTT5-3.8.3-5]
  if (!isShareValid(filter, length)) return Status.BadFilter;
  // [MQTT5-3.8.3-4] its own messages may be what a share has to take
  if ((options & NO_LOCAL) != 0 && isShared(filter, length)) return Status.ArgumentRange;
  return wantFilterWith(c, filter, length, options, identifier);
}

/** A message whose `total` bytes are asked for while it is sent. */
export function publishInParts(
  c: Client,
  handle: u32,
  topic: usize,
  topicLength: u32,
  properties: usize,
  propertiesLength: u32,
  total: u32,
  options: u32,
): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  const refusal: i32 = checkNamed(c, handle, topic, topicLength, properties, propertiesLength);
  if (refusal < 0) return refusal;
  if (total > MAX_REMAINING_LENGTH - HEAD_ALLOWANCE) return Status.PayloadTooLarge;
  const stored: u32 = TOTAL_BYTES + min<u32>(total, max<u32>(PART_BYTES, c.outboxCapacity >> 3));
  const ticket: i32 = accept(
    c,
    handle,
    topic,
    topicLength,
    stored,
    (options & Option.Callers) | Option.InParts,
    properties,
    propertiesLength,
  );
  if (ticket > 0 && entryAt(c, <u32>ticket).state == EntryState.Queued) setPartsTotal(c, <u32>ticket, total);
  return ticket;
}

/** What was begun can never be completed: the connection ends, and above QoS 0 the session with it. */
function sourceGone(c: Client, ticket: u32): void {
  if ((entryAt(c, ticket).options & Option.QosMask) > 0) {
    c.hasSession = false;
    c.cleared = false;
  }
  c.spanLength = 0;
  c.sendEntry = 0;
  c.partsWanted = <u16>PartsWanted.No;
  beginClosing(c, CloseReason.PartsGone, false);
}

/** Takes a message back: an unsent one, or the one in parts that is being sent and whose source is gone. */
export function cancelMessage(c: Client, ticket: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (ticket <= STATUS_ENTRY || ticket >= c.entryCapacity) return Status.BadHandle;
  const state: u32 = entryAt(c, ticket).state;
  const isBeingSent: bool = ticket == c.sendEntry && (entryAt(c, ticket).options & Option.InParts) != 0;
  if (state != EntryState.Queued && state != EntryState.InFlight) return Status.BadHandle;
  if (state == EntryState.InFlight && !isBeingSent) return Status.WrongPhase;
  if (isBeingSent) sourceGone(c, ticket);
  drop(c, ticket, DropReason.Cancelled);
  return Status.Ok;
}
