// The acknowledgements that are owed to the peer, in the order in which their messages came. It sends nothing itself.
// [MQTT3-4.6.0-2] [MQTT3-4.6.0-3] [MQTT3-4.6.0-4]
// [MQTT5-4.6.0-2] [MQTT5-4.6.0-3] [MQTT5-4.6.0-4]

import { ackAt, Client, OwedAck } from "../client/block";
import { MQTT5 } from "../features";
import { Packet } from "../packet/types";

export function canOwe(c: Client): bool {
  return c.ackCount < c.ackCapacity;
}

/** The caller has asked `canOwe` before it consumed what is acknowledged. `type` may have a reason code in its upper bits. */
export function owe(c: Client, type: u32, packetId: u32): void {
  let i: u32 = <u32>c.ackFirst + c.ackCount;
  if (i >= c.ackCapacity) i -= c.ackCapacity;
  const ack: OwedAck = ackAt(c, i);
  ack.type = <u16>type;
  ack.packetId = <u16>packetId;
  c.ackCount += 1;
}

/** The reason code of the first that is owed. */
export function nextOwedReason(c: Client): u32 {
  return MQTT5 ? <u32>ackAt(c, c.ackFirst).type >> 8 : 0;
}

/** How many of those owed end an exchange: PUBACKs and PUBCOMPs. */
export function owedFinals(c: Client): u32 {
  let finals: u32 = 0;
  for (let k: u32 = 0; k < c.ackCount; k++) {
    const i: u32 = c.ackFirst + k;
    const type: u32 = ackAt(c, i < c.ackCapacity ? i : i - c.ackCapacity).type & 255;
    if (type == Packet.Puback || type == Packet.Pubcomp) finals += 1;
  }
  return finals;
}

/** The first that is owed, and takes it out. Only valid until the next is owed. */
export function takeOwed(c: Client): OwedAck {
  const ack: OwedAck = ackAt(c, c.ackFirst);
  c.ackFirst += 1;
  if (c.ackFirst == c.ackCapacity) c.ackFirst = 0;
  c.ackCount -= 1;
  return ack;
}

/** A new connection owes nothing: the peer sends again what it missed. */
export function forgetOwed(c: Client): void {
  c.ackFirst = 0;
  c.ackCount = 0;
}
