// Packet ids and who holds them. One sequence serves PUBLISH, SUBSCRIBE and UNSUBSCRIBE. It knows nothing of what is sent.

import { Client, slotAt } from "../client/block";

/**
 * [MQTT3-2.3.1-1] [MQTT5-2.2.1-3] Zero is not a packet identifier, so 65535 is followed by 1. Whether it is unused is for the slot
 * to say.
 */
function packetIdAfter(id: u32): u32 {
  return id == 65535 ? 1 : id + 1;
}

function slotOf(c: Client, id: u32): u32 {
  return id & (<u32>c.slotCount - 1);
}

/**
 * [MQTT3-2.3.1-2] [MQTT5-2.2.1-3] Takes the next id whose slot is free; 0 if all slots are taken. A busy slot is skipped, not
 * waited for.
 */
export function takePacketId(c: Client, owner: u32): u32 {
  let id: u32 = c.nextPacketId;
  for (let tried: u32 = 0; tried < c.slotCount; tried++) {
    if (slotAt(c, slotOf(c, id)).owner == 0) {
      slotAt(c, slotOf(c, id)).owner = <u16>owner;
      c.nextPacketId = <u16>packetIdAfter(id);
      return id;
    }
    id = packetIdAfter(id);
  }
  return 0;
}

/** Who holds the slot of this id. The caller compares the id itself: many ids share a slot. */
export function ownerOf(c: Client, id: u32): u32 {
  return slotAt(c, slotOf(c, id)).owner;
}

/** [MQTT3-2.3.1-3] The id is free once its final acknowledgement was processed. */
export function freePacketId(c: Client, id: u32): void {
  slotAt(c, slotOf(c, id)).owner = 0;
}
