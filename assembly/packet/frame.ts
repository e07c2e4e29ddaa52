// Where a packet begins and ends in the received bytes, and whether a server may send such a packet now. It reads the
// fixed header only.

import { addressOf, Client } from "../client/block";
import { CloseReason, Phase } from "../client/status";
import { varintBytes, varintValue } from "./bytes";
import { Flags, Packet } from "./types";

const DUP_BIT: u32 = 8;
const QOS_BITS: u32 = 6;

/** A server of 3.1 marks a PUBREL that it sends again. */
function isRepeatedPubrel(c: Client, type: u32, flags: u32): bool {
  return c.version == 3 && type == Packet.Pubrel && flags == (Flags.Reserved | DUP_BIT);
}

/** [MQTT3-2.2.2-2] [MQTT3-3.3.1-4] [MQTT3-3.3.1-2] */
function flagsFault(c: Client, type: u32, flags: u32): CloseReason {
  if (type != Packet.Publish) {
    const required: u32 = type == Packet.Pubrel ? Flags.Reserved : Flags.None;
    return flags == required || isRepeatedPubrel(c, type, flags) ? CloseReason.None : CloseReason.BadFlags;
  }
  const qos: u32 = flags & QOS_BITS;
  if (qos == QOS_BITS) return CloseReason.BadQos;
  return qos == 0 && (flags & DUP_BIT) != 0 ? CloseReason.BadQos : CloseReason.None;
}

/** [MQTT3-3.2.0-1] CONNACK is the server's first packet and never comes again. */
function typeFault(c: Client, type: u32): CloseReason {
  const isConnack: bool = type == Packet.Connack;
  if (c.phase == Phase.Handshaking)
    return isConnack && !c.connectOwed ? CloseReason.None : CloseReason.UnexpectedPacket;
  const isExchange: bool = type >= <u32>Packet.Publish && type <= <u32>Packet.Pubcomp;
  const isServers: bool =
    isExchange || type == Packet.Suback || type == Packet.Unsuback || type == Packet.Pingresp;
  return isServers ? CloseReason.None : CloseReason.UnexpectedPacket;
}

/** Every packet of a server but PUBLISH has one length in 3.1 and 3.1.1. */
function lengthFault(c: Client, type: u32): CloseReason {
  if (type == Packet.Publish) return c.remaining < 3 ? CloseReason.BadLength : CloseReason.None;
  if (type == Packet.Suback) {
    if (c.requestId == 0 || c.requestType != Packet.Subscribe) return CloseReason.UnexpectedAck;
    return c.remaining == 2 + <u32>c.requestCount ? CloseReason.None : CloseReason.BadSuback; // [MQTT3-3.8.4-5]
  }
  const required: u32 = type == Packet.Pingresp ? 0 : 2;
  return c.remaining == required ? CloseReason.None : CloseReason.BadLength;
}

/** Bytes of the fixed header at the start of what was received; 0 if more are needed; a negative CloseReason if it cannot be. */
export function readFrame(c: Client): i32 {
  const available: u32 = c.receiveEnd - c.receiveStart;
  if (available == 0) return 0;
  const at: usize = addressOf(c, c.receiveAt + c.receiveStart);
  const first: u32 = load<u8>(at);
  const type: u32 = first >> 4;
  let fault: CloseReason = typeFault(c, type);
  if (fault == CloseReason.None) fault = flagsFault(c, type, first & 15);
  if (fault != CloseReason.None) return -fault;

  const lengthBytes: i32 = varintBytes(at + 1, available - 1);
  if (lengthBytes < 0) return -CloseReason.BadLength;
  if (lengthBytes == 0) return 0;
  c.remaining = varintValue(at + 1, <u32>lengthBytes);
  fault = lengthFault(c, type);
  return fault == CloseReason.None ? 1 + lengthBytes : -fault;
}
