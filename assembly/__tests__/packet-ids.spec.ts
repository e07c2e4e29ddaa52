// Owns the claims about who gets which packet id.

import { slotAt } from "../client/block";
import { freePacketId, ownerOf, takePacketId } from "../session/packet-ids";
import { freshClient } from "./support/client";

describe("packet ids", () => {
  it("start at 1", () => {
    expect<u32>(takePacketId(freshClient(), 2)).toBe(1);
  });

  // [MQTT3-2.3.1-1] [MQTT5-2.2.1-3]
  it("go from 65535 to 1: 0 is none", () => {
    const c = freshClient();
    c.nextPacketId = 65535;
    expect<u32>(takePacketId(c, 2)).toBe(65535);
    expect<u32>(takePacketId(c, 3)).toBe(1);
  });

  it("run out when every slot is taken, and nothing is taken then", () => {
    const c = freshClient();
    for (let i: u32 = 0; i < c.slotCount; i++) expect<bool>(takePacketId(c, 2) != 0).toBe(true);
    const next = c.nextPacketId;
    expect<u32>(takePacketId(c, 2)).toBe(0);
    expect<u32>(c.nextPacketId).toBe(next);
    freePacketId(c, 3);
    expect<u32>(takePacketId(c, 9)).toBe(next + 2);
  });

  // [MQTT3-2.3.1-2] [MQTT5-2.2.1-3]
  it("skip a slot that is busy, from 65530 across the wrap, while one id is never acknowledged", () => {
    const c = freshClient();
    c.nextPacketId = 65530;
    const stuck = takePacketId(c, 7);
    const slots: u32 = c.slotCount;
    let last: u32 = stuck;
    for (let i = 0; i < 70000; i++) {
      const id = takePacketId(c, 2);
      expect<bool>(id != 0 && id != stuck && id % slots != stuck % slots).toBe(
        true,
        "an id whose slot is busy",
      );
      expect<bool>(id > last || last > 65520).toBe(true, "ids go up until they wrap");
      freePacketId(c, id);
      last = id;
    }
    expect<u32>(ownerOf(c, stuck)).toBe(7);
  });

  it("share a slot with others: its owner alone does not say whose ack it is", () => {
    const c = freshClient();
    const id = takePacketId(c, 5);
    expect<u32>(ownerOf(c, id + c.slotCount)).toBe(5);
    expect<u32>(slotAt(c, id).owner).toBe(5);
  });
});
