// Owns the claims about what the peer is owed, and about the ids of QoS 2 messages that it has not released.

import { Packet } from "../packet/types";
import { canOwe, owe, takeOwed } from "../session/acks";
import { forget, forgetAllInbound, isInboundFull, isKnown, remember } from "../session/inbound";
import { freshClient } from "./support/client";

describe("owed acknowledgements", () => {
  // [MQTT3-4.6.0-2] [MQTT3-4.6.0-3]
  it("leave in the order in which they became due, round and round the ring", () => {
    const c = freshClient();
    let next: u16 = 1;
    let expected: u16 = 1;
    for (let round = 0; round < 20; round++) {
      while (canOwe(c)) owe(c, Packet.Puback, next++);
      for (let i = 0; i < 5; i++) expect<u16>(takeOwed(c).packetId).toBe(expected++);
    }
  });

  it("stop at the ring's size", () => {
    const c = freshClient();
    for (let i: u32 = 0; i < c.ackCapacity; i++) {
      expect<bool>(canOwe(c)).toBe(true);
      owe(c, Packet.Pubrec, i + 1);
    }
    expect<bool>(canOwe(c)).toBe(false);
    takeOwed(c);
    expect<bool>(canOwe(c)).toBe(true);
  });
});

describe("incoming QoS 2 ids", () => {
  // [MQTT3-4.3.3-2]
  it("are known from PUBLISH to PUBREL", () => {
    const c = freshClient();
    remember(c, 5);
    remember(c, 65535);
    expect<bool>(isKnown(c, 5) && isKnown(c, 65535)).toBe(true);
    forget(c, 5);
    expect<bool>(isKnown(c, 5)).toBe(false);
    expect<bool>(isKnown(c, 65535)).toBe(true);
  });

  it("fill their table, and one that goes makes room for one", () => {
    const c = freshClient(); // 3 ids
    remember(c, 1);
    remember(c, 2);
    expect<bool>(isInboundFull(c)).toBe(false);
    remember(c, 3);
    expect<bool>(isInboundFull(c)).toBe(true);
    forget(c, 9);
    expect<bool>(isInboundFull(c)).toBe(true, "an unknown id makes no room");
    forget(c, 2);
    expect<bool>(isInboundFull(c)).toBe(false);
    expect<bool>(isKnown(c, 1) && isKnown(c, 3)).toBe(true);
  });

  // [MQTT3-3.1.2-6]
  it("mean nothing any more when the session is gone", () => {
    const c = freshClient();
    remember(c, 1);
    forgetAllInbound(c);
    expect<bool>(isKnown(c, 1)).toBe(false);
  });
});
