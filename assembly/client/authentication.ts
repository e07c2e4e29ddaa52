// The exchange of AUTH in MQTT 5: whose turn it is, before CONNACK and when this client authenticates anew. What the method says
// is the firmware's business.

import { isReasonedTaken } from "../packet/heads";
import { findProperty } from "../packet/properties";
import { Property } from "../packet/property";
import { Reason } from "../packet/reason-codes";
import { readTail } from "../packet/tail";
import { Packet } from "../packet/types";
import { isText, noteOf, TextKind, textAddress, textLength } from "../session/texts";
import { addressOf, Client } from "./block";
import { breakOff } from "./closing";
import { isAgreedMethod } from "./connack-five";
import { Five, fiveOf, speaksFive } from "./five";
import { CloseReason, Event, Phase, Status } from "./status";

export const enum Auth {
  None = 0,
  /** The server has asked, and the firmware answers. */
  Asked = 1,
  /** An AUTH of ours waits to be sent: it continues, or begins anew. */
  ContinueOwed = 2,
  AnewOwed = 3,
  /** The server's turn. */
  Sent = 4,
}

function hasMethod(c: Client): bool {
  const text: u32 = fiveOf(c).connectProperties;
  if (text == 0) return false;
  return findProperty(textAddress(c, text), textLength(c, text), Property.AuthMethod) < textLength(c, text);
}

/** Whether the server may send AUTH with this code now. */
function isServersTurn(c: Client, five: Five): bool {
  if (c.phase == Phase.Handshaking)
    return (
      five.auth != Auth.Asked &&
      five.auth != Auth.ContinueOwed &&
      five.reason == Reason.ContinueAuthentication
    );
  return five.auth == Auth.Sent;
}

/** The variable header is at offset `offset` of the block. */
export function readAuth(c: Client, offset: u32, nowMs: u32): i32 {
  const five: Five = fiveOf(c);
  const fault: CloseReason = readTail(c, offset, c.remaining, Packet.Auth);
  if (fault != CloseReason.None) return breakOff(c, fault);
  const isAgreed: bool =
    hasMethod(c) && isAgreedMethod(c, addressOf(c, five.propertiesAt), five.propertiesLength);
  if (!isAgreed || !isServersTurn(c, five)) return breakOff(c, CloseReason.BadAuthentication); // [MQTT5-4.12.0-6] [MQTT5-4.12.1-2]
  five.auth = <u8>(five.reason == Reason.Success ? Auth.None : Auth.Asked);
  if (c.phase == Phase.Handshaking) c.phaseSinceMs = nowMs;
  c.eventCode = five.reason;
  return Event.Authenticate;
}

/**
 * Answers the server's AUTH with prepared properties, or begins anew while connected. [MQTT5-4.12.0-3] They name CONNECT's method.
 * [MQTT5-4.12.0-5] [MQTT5-4.12.1-1] The text stays as it is until it has been sent.
 */
export function answerAuth(c: Client, text: u32): i32 {
  if (!speaksFive(c) || !hasMethod(c)) return Status.WrongPhase; // [MQTT5-4.12.0-7]
  if (!isText(c, text, TextKind.Properties) || noteOf(c, text) != Packet.Auth) return Status.BadHandle;
  if (!isAgreedMethod(c, textAddress(c, text), textLength(c, text))) return Status.BadProperties;
  if (!isReasonedTaken(c, text)) return Status.NotSupported;
  const five: Five = fiveOf(c);
  if (five.auth == Auth.Asked) five.auth = <u8>Auth.ContinueOwed;
  else if (five.auth == Auth.None && c.phase == Phase.Connected) five.auth = <u8>Auth.AnewOwed;
  else return Status.WrongPhase;
  five.outProperties = <u16>text;
  return Status.Ok;
}

export function isAuthOwed(c: Client): bool {
  const auth: u32 = fiveOf(c).auth;
  return auth == Auth.ContinueOwed || auth == Auth.AnewOwed;
}

/** The code of the AUTH that is owed. [MQTT5-3.15.2-1] */
export function owedAuthCode(c: Client): u32 {
  return fiveOf(c).auth == Auth.AnewOwed ? Reason.ReAuthenticate : Reason.ContinueAuthentication;
}

export function authSent(c: Client): void {
  fiveOf(c).auth = <u8>Auth.Sent;
}
