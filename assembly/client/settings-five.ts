// What only MQTT 5 has to settle: properties that are sent with every CONNECT and will, how long the session is kept, what this
// client takes. Each call refuses what is out of range and then changes nothing.

import { MQTT5 } from "../features";
import { findProperty, propertiesFault } from "../packet/properties";
import { Property } from "../packet/property";
import { Packet } from "../packet/types";
import { addText, isText, noteOf, TextKind } from "../session/texts";
import { Client } from "./block";
import { Five, fiveOf } from "./five";
import { isInitialised } from "./settings";
import { CloseReason, Phase, Status } from "./status";

/** An alias is noted in one byte. */
const MAX_ALIASES: u32 = 255;
const MAX_TEXT_BYTES: u32 = 65535;

/** Rule 14: a kept session without a word about how long is kept for 7 days. */
export const USUAL_EXPIRY_SECONDS: u32 = 604800;

function has(at: usize, length: u32, id: u32): bool {
  return findProperty(at, length, id) < length;
}

/** Whether among checked properties is one that this client sets itself. */
function setsOurs(at: usize, length: u32, type: u32): bool {
  if (type == Packet.Publish) return has(at, length, Property.TopicAlias);
  if (type == Packet.Subscribe) return has(at, length, Property.SubscriptionIdentifier);
  if (type != Packet.Connect) return false;
  if (has(at, length, Property.SessionExpiry) || has(at, length, Property.ReceiveMaximum)) return true;
  return has(at, length, Property.TopicAliasMaximum) || has(at, length, Property.MaximumPacketSize);
}

/** Ok, or BadProperties: whether a caller may give these bytes for a packet of this type. */
export function checkOurs(at: usize, length: u32, type: u32): i32 {
  if (propertiesFault(at, length, type, true) != CloseReason.None) return Status.BadProperties;
  return setsOurs(at, length, type) ? Status.BadProperties : Status.Ok;
}

/** Stores properties for packets of this type, or for a will those of `WILL`. A handle. */
export function addProperties(c: Client, type: u32, at: usize, length: u32): i32 {
  if (!isInitialised(c)) return Status.NotInitialised;
  if (!MQTT5) return Status.VersionUnknown;
  if (length > MAX_TEXT_BYTES || type > <u32>Packet.Auth) return Status.ArgumentRange;
  const refusal: i32 = checkOurs(at, length, type);
  return refusal < 0 ? refusal : addText(c, at, length, (type << 8) | TextKind.Properties);
}

/** Whether `text` is properties for this type of packet, or 0 for none. */
export function areProperties(c: Client, text: u32, type: u32): bool {
  return text == 0 || (isText(c, text, TextKind.Properties) && noteOf(c, text) == type);
}

export function chooseConnectProperties(c: Client, text: u32): i32 {
  if (!areProperties(c, text, Packet.Connect)) return Status.BadHandle;
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  fiveOf(c).connectProperties = <u16>text;
  return Status.Ok;
}

export function chooseWillProperties(c: Client, text: u32): i32 {
  if (!areProperties(c, text, 0)) return Status.BadHandle;
  if (c.connectOwed) return Status.WrongPhase;
  fiveOf(c).willProperties = <u16>text;
  return Status.Ok;
}

/** User properties for every request of this type. Not while one is under way. */
export function chooseRequestProperties(c: Client, type: u32, text: u32): i32 {
  if (type != Packet.Subscribe && type != Packet.Unsubscribe) return Status.ArgumentRange;
  if (!areProperties(c, text, type)) return Status.BadHandle;
  if (c.requestId != 0) return Status.RequestPending;
  if (type == Packet.Subscribe) fiveOf(c).subscribeProperties = <u16>text;
  else fiveOf(c).unsubscribeProperties = <u16>text;
  return Status.Ok;
}

/** Seconds that the broker keeps a session that is not clean. */
export function chooseSessionExpiry(c: Client, seconds: u32): i32 {
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  fiveOf(c).sessionExpiry = seconds;
  return Status.Ok;
}

/** The largest packet that is taken, 0 for any; and how many topic aliases, 0 to 255. */
export function chooseIntake(c: Client, largestPacket: u32, aliases: u32): i32 {
  if (aliases > MAX_ALIASES) return Status.ArgumentRange;
  if (c.phase != Phase.Idle) return Status.WrongPhase;
  const five: Five = fiveOf(c);
  five.largestPacket = largestPacket;
  five.aliasMax = <u8>aliases;
  return Status.Ok;
}
