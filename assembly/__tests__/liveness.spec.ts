// Owns the claims about noticing that the peer is gone, in time and without a false alarm.

import { Client } from "../client/block";
import {
  checkPing,
  heardAck,
  heardPeer,
  heardPingresp,
  isPeerSilent,
  livenessDeadline,
  Ping,
  pingDeadline,
  pingSent,
  publishSent,
  sentSomething,
  startLiveness,
} from "../client/liveness";
import { spanSent } from "../packet/next";
import { setSpan } from "../packet/send";
import { freshClient } from "./support/client";

function alive(keepAliveSeconds: u32): Client {
  const c = freshClient();
  c.keepAliveMs = keepAliveSeconds * 1000;
  startLiveness(c, 0);
  return c;
}

/** One round trip of `ms`, measured by a PINGREQ. */
function sample(c: Client, ms: u32): void {
  pingSent(c, 1000);
  heardPingresp(c, 1000 + ms);
}

describe("the round trip", () => {
  it("starts at the first sample, its variation at half of it", () => {
    const c = alive(60);
    sample(c, 4000);
    expect<u32>(c.roundTrip8 >> 3).toBe(4000);
    expect<u32>(c.roundTripVariation4 >> 2).toBe(2000);
  });

  it("moves by an eighth, its variation by a quarter", () => {
    const c = alive(60);
    sample(c, 800);
    sample(c, 1600);
    expect<u32>(c.roundTrip8 >> 3).toBe(900);
    expect<u32>(c.roundTripVariation4 >> 2).toBe(500);
  });

  it("settles on a steady link", () => {
    const c = alive(60);
    for (let i = 0; i < 200; i++) sample(c, 300);
    expect<u32>(c.roundTrip8 >> 3).toBe(300);
    expect<bool>(c.roundTripVariation4 < 16).toBe(true);
  });

  it("of nothing counts as measured", () => {
    const c = alive(60);
    sample(c, 0);
    expect<bool>(c.roundTrip8 != 0).toBe(true);
  });

  it("is not learned from a link that stood still, nor from a clock that stepped back", () => {
    const c = alive(60);
    sample(c, 60001);
    expect<u32>(c.roundTrip8).toBe(0);
    pingSent(c, 5000);
    heardPingresp(c, 4000);
    expect<u32>(c.roundTrip8).toBe(0);
  });

  it("is timed for one message at a time, by its own acknowledgement", () => {
    const c = alive(60);
    c.inflight = 1;
    publishSent(c, 7, 1000);
    publishSent(c, 8, 1500);
    heardAck(c, 8, 1600);
    expect<u32>(c.roundTrip8).toBe(0);
    heardAck(c, 7, 1700);
    expect<u32>(c.roundTrip8 >> 3).toBe(700);
  });
});

describe("the deadline of a PINGRESP", () => {
  it("is at least 10 s", () => {
    const c = alive(60);
    c.retransmitMs = 0;
    expect<u32>(pingDeadline(c)).toBe(10000);
    sample(c, 10);
    expect<u32>(pingDeadline(c)).toBe(10000);
  });

  it("is the round trip, four deviations and two early retransmissions", () => {
    const c = alive(60);
    c.retransmitMs = 3000;
    sample(c, 3000);
    expect<u32>(pingDeadline(c)).toBe(3000 + 6000 + 6000);
  });

  it("is at most 30 s, or half the keep-alive if that is longer", () => {
    const c = alive(60);
    sample(c, 50000);
    expect<u32>(pingDeadline(c)).toBe(30000);
    c.keepAliveMs = 200000;
    expect<u32>(pingDeadline(c)).toBe(100000);
  });

  it("is the caller's when the caller chose one", () => {
    const c = alive(60);
    sample(c, 50000);
    c.pingDeadlineMs = 1234;
    expect<u32>(pingDeadline(c)).toBe(1234);
  });
});

describe("a PINGREQ", () => {
  // [MQTT3-3.1.2-23]
  it("is due before the keep-alive is over, whichever side was silent", () => {
    const c = alive(60);
    sentSomething(c, 30000);
    checkPing(c, 58999);
    expect<u32>(c.ping).toBe(Ping.None);
    checkPing(c, 59000);
    expect<u32>(c.ping).toBe(Ping.Owed);
  });

  it("is not due on a link that is busy both ways", () => {
    const c = alive(60);
    for (let now: u32 = 0; now < 1000000; now += 20000) {
      sentSomething(c, now);
      heardPeer(c, now);
      checkPing(c, now + 19999);
    }
    expect<u32>(c.ping).toBe(Ping.None);
  });

  it("is never due without a keep-alive and anything in flight", () => {
    const c = alive(0);
    expect<i32>(livenessDeadline(c, 4000000)).toBe(-1);
  });

  it("is due for an acknowledgement that is overdue, without a keep-alive too", () => {
    const c = alive(0);
    c.inflight = 1;
    publishSent(c, 1, 900000);
    expect<i32>(livenessDeadline(c, 900000)).toBe(10000);
    checkPing(c, 909999);
    expect<u32>(c.ping).toBe(Ping.None);
    checkPing(c, 910000);
    expect<u32>(c.ping).toBe(Ping.Owed);
  });
});

describe("a silent peer", () => {
  it("is noticed at the deadline and not a millisecond earlier", () => {
    const c = alive(60);
    pingSent(c, 60000);
    const deadline = pingDeadline(c);
    expect<bool>(isPeerSilent(c, 60000 + deadline - 1)).toBe(false);
    expect<bool>(isPeerSilent(c, 60000 + deadline)).toBe(true);
  });

  it("is noticed across the wrap of the clock", () => {
    const c = alive(60);
    pingSent(c, 0xffff_ff00);
    expect<bool>(isPeerSilent(c, 0xffff_ff00 + pingDeadline(c) - 1)).toBe(false);
    expect<bool>(isPeerSilent(c, 0xffff_ff00 + pingDeadline(c))).toBe(true);
  });

  it("is noticed although the PINGREQ is held up by a transport that takes nothing", () => {
    const c = alive(60);
    checkPing(c, 59000);
    expect<u32>(c.ping).toBe(Ping.Owed);
    expect<i32>(livenessDeadline(c, 59000)).toBe(<i32>pingDeadline(c));
    expect<bool>(isPeerSilent(c, 59000 + pingDeadline(c) - 1)).toBe(false);
    expect<bool>(isPeerSilent(c, 59000 + pingDeadline(c))).toBe(true);
  });

  it("has its whole time from when a PINGREQ leaves that was held up", () => {
    const c = alive(60);
    checkPing(c, 59000);
    pingSent(c, 68000);
    expect<bool>(isPeerSilent(c, 68000 + pingDeadline(c) - 1)).toBe(false);
    expect<bool>(isPeerSilent(c, 68000 + pingDeadline(c))).toBe(true);
  });

  it("has it anew while the bytes before a PINGREQ still move", () => {
    const c = alive(60);
    setSpan(c, c.headAt, 100);
    checkPing(c, 59000);
    for (let now: u32 = 59000; now < 100000; now += 9000) {
      spanSent(c, 1, now);
      expect<bool>(isPeerSilent(c, now + 8999)).toBe(false);
    }
    expect<bool>(isPeerSilent(c, 95000 + pingDeadline(c))).toBe(true);
  });

  it("is asked once for all: a PINGREQ that leaves before the first is answered gives it no more time", () => {
    const c = alive(10);
    pingSent(c, 9000);
    checkPing(c, 18000);
    expect<u32>(c.ping).toBe(Ping.SentAndOwed);
    pingSent(c, 18000);
    expect<bool>(isPeerSilent(c, 9000 + pingDeadline(c))).toBe(true);
  });

  it("is not suspected while bytes of it come", () => {
    const c = alive(60);
    pingSent(c, 1000);
    for (let now: u32 = 1000; now < 100000; now += 9000) {
      heardPeer(c, now);
      expect<bool>(isPeerSilent(c, now + 8999)).toBe(false);
    }
  });

  it("is closed within keep-alive and deadline after its last byte", () => {
    const c = alive(60);
    heardPeer(c, 5000);
    let now: u32 = 5000;
    while (!isPeerSilent(c, now)) {
      const next = livenessDeadline(c, now);
      if (next > 0) now += <u32>next;
      checkPing(c, now);
      if (c.ping == Ping.Owed) pingSent(c, now);
    }
    expect<bool>(now <= 5000 + 60000 + pingDeadline(c)).toBe(true);
  });
});
