// Where a packet begins and ends in the received bytes, and whether a server may send such a packet now. It reads the
// fixed header only.

import { addressOf, Client } from "../client/block";
import { speaksFive } from "../client/five";
import { CloseReason, Phase } from "../client/status";
import { isVarintLong, varintBytes, varintValue } from "./bytes";
import { intakeMax } from "./connect-properties";
import { Flags, Packet } from "./types";

const DUP_BIT: u32 = 8;
const QOS_BITS: u32 = 6;

/** A server of 3.1 marks a PUBREL that it sends again. */
function isRepeatedPubrel(c: Client, type: u32, flags: u32): bool {
  return c.version == 3 && type == Packet.Pubrel && flags == (Flags.Reserved | DUP_BIT);
}

/**
 * [MQTT3-2.2.2-2] [MQTT3-3.3.1-4] [MQTT3-3.3.1-2]
 * [MQTT5-2.1.3-1] [MQTT5-3.6.1-1] [MQTT5-3.14.1-1] [MQTT5-3.15.1-1] [MQTT5-3.3.1-4] [MQTT5-3.3.1-2]
 */
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
  const isFives: bool = type == Packet.Auth || (type == Packet.Disconnect && c.phase != Phase.Handshaking);
  if (isFives && speaksFive(c) && !c.connectOwed) return CloseReason.None; // [MQTT5-3.14.0-1]
  if (c.phase == Phase.Handshaking)
    return isConnack && !c.connectOwed ? CloseReason.None : CloseReason.UnexpectedPacket;
  const isExchange: bool = type >= <u32>Packet.Publish && type <= <u32>Packet.Pubcomp;
  const isServers: bool =
    isExchange || type == Packet.Suback || type == Packet.Unsuback || type == Packet.Pingresp;
  return isServers ? CloseReason.None : CloseReason.UnexpectedPacket;
}

/** In 5 properties may follow almost everywhere: what is behind them, the packet's reader finds. */
function lengthFaultOfFive(c: Client, type: u32): CloseReason {
  const least: u32 = leastBytes(type);
  if (type == Packet.Pingresp && c.remaining > 0) return CloseReason.BadLength;
  if (type == Packet.Suback && (c.requestId == 0 || c.requestType != Packet.Subscribe))
    return CloseReason.UnexpectedAck;
  return c.remaining < least ? CloseReason.BadLength : CloseReason.None;
}

function leastBytes(type: u32): u32 {
  if (type == Packet.Publish) return 3;
  if (type == Packet.Suback || type == Packet.Unsuback) return 4;
  const isShort: bool = type == Packet.Pingresp || type == Packet.Disconnect || type == Packet.Auth;
  return isShort ? 0 : 2; // CONNACK too: an old broker refuses with the two bytes of 3.1.1
}

/** What only 5 forbids about a packet whose fixed header is `head` bytes at `at`. */
function sizeFault(c: Client, at: usize, head: u32): CloseReason {
  if (isVarintLong(at + 1, head - 1)) return CloseReason.BadLength; // [MQTT5-1.5.5-1]
  const most: u32 = intakeMax(c);
  return most > 0 && head + c.remaining > most ? CloseReason.PacketTooLarge : CloseReason.None;
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
  fault = speaksFive(c) ? sizeFault(c, at, 1 + <u32>lengthBytes) : CloseReason.None;
  if (fault == CloseReason.None) fault = speaksFive(c) ? lengthFaultOfFive(c, type) : lengthFault(c, type);
  return fault == CloseReason.None ? 1 + lengthBytes : -fault;
}
