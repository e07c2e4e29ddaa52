// The ids of QoS 2 messages that were delivered and not yet released, so that none is delivered twice while the session
// lasts. [MQTT3-4.3.3-2] [MQTT5-4.3.3-10]

import { Client, inboundAt } from "../client/block";

/** The row of this id, or -1. */
function find(c: Client, packetId: u32): i32 {
  for (let i: u32 = 0; i < c.inboundCount; i++) {
    if (inboundAt(c, i).packetId == packetId) return <i32>i;
  }
  return -1;
}

export function isKnown(c: Client, packetId: u32): bool {
  return find(c, packetId) >= 0;
}

export function isInboundFull(c: Client): bool {
  return c.inboundCount >= c.inboundCapacity;
}

/** The caller has asked `isInboundFull` before it delivered the message. */
export function remember(c: Client, packetId: u32): void {
  inboundAt(c, c.inboundCount).packetId = <u16>packetId;
  c.inboundCount += 1;
}

/** PUBREL came. An unknown id is no error: its PUBCOMP may have been lost. */
export function forget(c: Client, packetId: u32): void {
  const row: i32 = find(c, packetId);
  if (row < 0) return;
  c.inboundCount -= 1;
  inboundAt(c, <u32>row).packetId = inboundAt(c, c.inboundCount).packetId;
}

/** The session is gone, and with it what its ids meant: kept, they would swallow new messages. */
export function forgetAllInbound(c: Client): void {
  c.inboundCount = 0;
}
