// Owns the claims about the order of messages, and about what becomes of them when a connection or a session ends.

import { Client, entryAt } from "../client/block";
import { DropReason } from "../client/status";
import { EntryState } from "../session/entry-state";
import { connectionEnded, resume, sessionLost } from "../session/loss";
import { append, drop, giveEntry, publish, release, takeDone, takeEntry } from "../session/outbox";
import { takePacketId } from "../session/packet-ids";
import { takePlace } from "../session/places";
import { freshClient } from "./support/client";

/** A message at this QoS that waits to be sent. */
function queue(c: Client, qos: u8): u32 {
  const i = takeEntry(c);
  takePlace(c, i, 5);
  entryAt(c, i).options = qos;
  append(c, i);
  return i;
}

/** The same, sent and not acknowledged. */
function send(c: Client, qos: u8): u32 {
  const i = queue(c, qos);
  entryAt(c, i).packetId = <u16>takePacketId(c, i);
  entryAt(c, i).state = <u8>EntryState.InFlight;
  c.inflight += 1;
  c.cursor = entryAt(c, i).next;
  return i;
}

/** The messages in the order in which they would be sent again, as digits. */
function order(c: Client): string {
  let text = "";
  for (let i: u32 = entryAt(c, 0).next; i != 0; i = entryAt(c, i).next) text += i.toString();
  return text;
}

describe("the order of messages", () => {
  // [MQTT3-4.6.0-1]
  it("is the order of first sending", () => {
    const c = freshClient();
    send(c, 1);
    send(c, 2);
    queue(c, 1);
    expect<string>(order(c)).toBe("234");
    expect<u32>(c.cursor).toBe(4);
  });

  // [MQTT3-4.6.0-4]
  it("has PUBRELs first, in the order of their PUBRECs", () => {
    const c = freshClient();
    send(c, 2);
    send(c, 1);
    send(c, 2);
    send(c, 2);
    release(c, 5);
    release(c, 2);
    expect<string>(order(c)).toBe("5234");
    publish(c, 2, 0);
    release(c, 4);
    expect<string>(order(c)).toBe("543");
  });

  it("starts at the front again when a session is resumed", () => {
    const c = freshClient();
    send(c, 1);
    send(c, 1);
    resume(c);
    expect<u32>(c.cursor).toBe(2);
  });
});

describe("PUBREC", () => {
  it("gives the bytes back and keeps the id and its place in the window", () => {
    const c = freshClient();
    const i = send(c, 2);
    release(c, i);
    expect<u32>(c.outboxUsed).toBe(0);
    expect<u32>(entryAt(c, i).packetId).toBe(1);
    expect<u32>(c.inflight).toBe(1);
  });
});

describe("an end", () => {
  it("waits for its poll, and its ticket is not given to another until then", () => {
    const c = freshClient(100, 2);
    const first = send(c, 1);
    publish(c, first, 0);
    expect<u32>(c.inflight).toBe(0);
    queue(c, 1);
    queue(c, 1);
    expect<u32>(takeEntry(c)).toBe(0);
    expect<u32>(takeDone(c)).toBe(first);
    giveEntry(c, first);
    expect<u32>(takeEntry(c)).toBe(first);
  });

  it("comes in the order of the ends", () => {
    const c = freshClient();
    const a = send(c, 1);
    const b = send(c, 1);
    publish(c, b, 0);
    drop(c, a, DropReason.Cancelled);
    expect<u32>(takeDone(c)).toBe(b);
    expect<u32>(takeDone(c)).toBe(a);
    expect<u32>(takeDone(c)).toBe(0);
  });
});

describe("the end of a connection", () => {
  it("drops QoS 0 and keeps the rest", () => {
    const c = freshClient();
    send(c, 1);
    const zero = queue(c, 0);
    queue(c, 2);
    connectionEnded(c);
    expect<string>(order(c)).toBe("24");
    expect<u32>(takeDone(c)).toBe(zero);
    expect<u32>(entryAt(c, zero).reason).toBe(DropReason.ConnectionClosed);
  });

  it("takes the id back from a message of which nothing was sent", () => {
    const c = freshClient();
    const i = send(c, 1);
    c.sendEntry = <u16>i;
    c.sendTouched = false;
    connectionEnded(c);
    expect<u32>(entryAt(c, i).state).toBe(EntryState.Queued);
    expect<u32>(entryAt(c, i).packetId).toBe(0);
    expect<u32>(c.inflight).toBe(0);
  });

  // [MQTT3-2.3.1-3]
  it("keeps the id of a message of which one byte was sent", () => {
    const c = freshClient();
    const i = send(c, 1);
    c.sendEntry = <u16>i;
    c.sendTouched = true;
    connectionEnded(c);
    expect<u32>(entryAt(c, i).state).toBe(EntryState.InFlight);
    expect<u32>(entryAt(c, i).packetId).toBe(1);
  });
});

describe("the end of a session", () => {
  it("voids every id: QoS 1 again as new, QoS 2 dropped, past PUBREC unknown", () => {
    const c = freshClient();
    const one = send(c, 1);
    const two = send(c, 2);
    const past = send(c, 2);
    release(c, past);
    sessionLost(c);
    expect<string>(order(c)).toBe("2");
    expect<u32>(c.cursor).toBe(one);
    expect<u32>(entryAt(c, one).packetId).toBe(0);
    expect<u32>(c.inflight).toBe(0);
    expect<u32>(entryAt(c, two).reason).toBe(DropReason.SessionLost);
    expect<u32>(entryAt(c, past).reason).toBe(DropReason.OutcomeUnknown);
    expect<u32>(c.lastReleased).toBe(0);
  });
});
