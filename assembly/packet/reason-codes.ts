// Which reason codes MQTT 5 has for which packets of a server. What they mean is the host's to say.

import { Packet } from "./types";

export const enum Reason {
  Success = 0x00,
  DisconnectWithWill = 0x04,
  NoMatchingSubscribers = 0x10,
  NoSubscriptionExisted = 0x11,
  ContinueAuthentication = 0x18,
  ReAuthenticate = 0x19,
  Unspecified = 0x80,
  Malformed = 0x81,
  ProtocolError = 0x82,
  ImplementationSpecific = 0x83,
  UnsupportedVersion = 0x84,
  SessionTakenOver = 0x8e,
  TopicNameInvalid = 0x90,
  PacketIdNotFound = 0x92,
  ReceiveMaximumExceeded = 0x93,
  TopicAliasInvalid = 0x94,
  PacketTooLarge = 0x95,
  QuotaExceeded = 0x97,
  PayloadFormatInvalid = 0x99,
  RetainNotSupported = 0x9a,
  QosNotSupported = 0x9b,
  SharedNotSupported = 0x9e,
  IdentifiersNotSupported = 0xa1,
  WildcardsNotSupported = 0xa2,
}

const FIRST_FAILURE: u32 = 0x80;
const LAST_FAILURE: u32 = 0xa2;

/** For each code from 0x80 on a bit for each packet type, the upper eight first. Table 2-6. */
const FAILURES: usize = memory.data<u8>([
  /* 80 */ 0x4a, 0x34, 0x40, 0x04, 0x40, 0x04, 0x4a, 0x34, /* 84 */ 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x4a,
  0x34, /* 88 */ 0x00, 0x04, 0x40, 0x04, 0x00, 0x04, 0x40, 0x00, /* 8c */ 0x40, 0x04, 0x40, 0x00, 0x40, 0x00,
  0x4a, 0x00, /* 90 */ 0x40, 0x34, 0x0a, 0x30, 0x00, 0xc0, 0x40, 0x00, /* 94 */ 0x40, 0x00, 0x40, 0x04, 0x40,
  0x00, 0x42, 0x34, /* 98 */ 0x40, 0x00, 0x40, 0x34, 0x40, 0x04, 0x40, 0x04, /* 9c */ 0x40, 0x04, 0x40, 0x04,
  0x42, 0x00, 0x40, 0x04, /* a0 */ 0x40, 0x00, 0x42, 0x00, 0x42, 0x00,
]);

function isSuccess(type: u32, code: u32): bool {
  if (code == Reason.Success) return true;
  if (type == Packet.Suback) return code < 3;
  if (type == Packet.Puback || type == Packet.Pubrec) return code == Reason.NoMatchingSubscribers;
  if (type == Packet.Unsuback) return code == Reason.NoSubscriptionExisted;
  return type == Packet.Auth && code == Reason.ContinueAuthentication; // [MQTT5-4.12.0-2]
}

/**
 * Whether a server may send a packet of this type with this code.
 * [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1] [MQTT5-3.14.2-1] [MQTT5-3.15.2-1]
 */
export function isReason(type: u32, code: u32): bool {
  if (code < FIRST_FAILURE) return isSuccess(type, code);
  if (code > LAST_FAILURE) return false;
  const at: usize = FAILURES + ((code - FIRST_FAILURE) << 1);
  const packets: u32 = ((<u32>load<u8>(at)) << 8) | <u32>load<u8>(at + 1);
  return ((packets >> type) & 1) != 0;
}

export function isFailure(code: u32): bool {
  return code >= FIRST_FAILURE;
}
