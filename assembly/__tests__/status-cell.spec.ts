// Owns the claims about the one cell that holds the retained status.

import { Client, entryAt } from "../client/block";
import { EntryState, Option } from "../session/entry-state";
import { append, giveEntry, publish, STATUS_ENTRY, takeDone, takeEntry } from "../session/outbox";
import { takePlace } from "../session/places";
import { noticeStatus, oweStatus, queueStatus } from "../session/status-cell";
import { addText, TextKind } from "../session/texts";
import { freshClient, utf8, utf8Length } from "./support/client";

const ONLINE = "online";
const OFFLINE = "offline";

/** A client whose status is `online`, sent and not yet acknowledged. */
function sending(): Client {
  const c = freshClient();
  c.statusTopic = <u16>addText(c, utf8("s"), 1, TextKind.Topic);
  c.statusText = <u16>addText(c, utf8(ONLINE), utf8Length(ONLINE), TextKind.Bytes);
  oweStatus(c);
  queueStatus(c);
  entryAt(c, STATUS_ENTRY).state = <u8>EntryState.InFlight;
  c.cursor = entryAt(c, STATUS_ENTRY).next;
  return c;
}

/** A message with this payload comes on the topic. */
function hear(c: Client, topic: string, payload: string): void {
  const at = changetype<usize>(c) + c.receiveAt;
  memory.copy(at, utf8(topic), utf8Length(topic));
  memory.copy(at + 20, utf8(payload), utf8Length(payload));
  c.eventTopicAt = c.receiveAt;
  c.eventTopicLength = <u16>utf8Length(topic);
  c.eventPayloadAt = c.receiveAt + 20;
  c.eventPayloadLength = utf8Length(payload);
  noticeStatus(c, true);
}

describe("the status", () => {
  it("goes before messages that wait, without room of its own in the outbox", () => {
    const c = freshClient();
    const i = takeEntry(c);
    takePlace(c, i, 100);
    append(c, i);
    c.statusTopic = <u16>addText(c, utf8("s"), 1, TextKind.Topic);
    c.statusText = <u16>addText(c, utf8(ONLINE), utf8Length(ONLINE), TextKind.Bytes);
    oweStatus(c);
    queueStatus(c);
    expect<u32>(c.cursor).toBe(STATUS_ENTRY);
    expect<u32>(entryAt(c, STATUS_ENTRY).next).toBe(i);
  });

  it("that waited for another connection is not followed by itself, and has nothing of what an old broker lacked", () => {
    const c = sending();
    const entry = entryAt(c, STATUS_ENTRY);
    entry.state = <u8>EntryState.Queued;
    entry.options = 1;
    c.cursor = <u16>STATUS_ENTRY;
    c.statusText = <u16>addText(c, utf8("1"), 1, TextKind.Bytes);
    oweStatus(c);
    queueStatus(c);
    expect<u32>(c.statusSent).toBe(c.statusText);
    expect<u32>(entry.options).toBe(1 | Option.Retain);
    expect<u32>(entry.next).toBe(0, "it is queued once");
    expect<bool>(c.statusOwed).toBe(false);
  });

  it("is retained unless the will on its topic is not, which then could not undo it", () => {
    const c = freshClient();
    c.statusTopic = <u16>addText(c, utf8("s"), 1, TextKind.Topic);
    c.statusText = <u16>addText(c, utf8(ONLINE), utf8Length(ONLINE), TextKind.Bytes);
    c.willOptions = 1;
    oweStatus(c);
    queueStatus(c);
    expect<u32>(entryAt(c, STATUS_ENTRY).options).toBe(1 | Option.Retain, "there is no will");
    c.willTopic = c.statusTopic;
    oweStatus(c);
    queueStatus(c);
    expect<u32>(entryAt(c, STATUS_ENTRY).options).toBe(1);
    c.willOptions = <u16>(1 | <u32>Option.Retain);
    oweStatus(c);
    queueStatus(c);
    expect<u32>(entryAt(c, STATUS_ENTRY).options).toBe(1 | Option.Retain);
  });

  it("is in flight once at most: the newest follows, and what lay between is never sent", () => {
    const c = sending();
    const sent = c.statusSent;
    c.statusText = <u16>addText(c, utf8("1"), 1, TextKind.Bytes);
    oweStatus(c);
    queueStatus(c);
    expect<u32>(c.statusSent).toBe(sent);
    c.statusText = <u16>addText(c, utf8("2"), 1, TextKind.Bytes);
    publish(c, STATUS_ENTRY, 0);
    queueStatus(c);
    expect<u32>(c.statusSent).toBe(sent, "its end was not polled yet");
    giveEntry(c, takeDone(c));
    queueStatus(c);
    expect<u32>(c.statusSent).toBe(c.statusText);
    expect<bool>(c.statusOwed).toBe(false);
  });

  it("is owed again when an old will overtakes it, also while it is in flight", () => {
    const c = sending();
    hear(c, "s", OFFLINE);
    expect<bool>(c.statusOwed).toBe(true);
  });

  it("is not owed again by its own echo, nor by other topics", () => {
    const c = sending();
    hear(c, "s", ONLINE);
    hear(c, "t", OFFLINE);
    hear(c, "s/x", OFFLINE);
    expect<bool>(c.statusOwed).toBe(false);
  });

  it("is not owed by a client that has none", () => {
    const c = freshClient();
    oweStatus(c);
    expect<bool>(c.statusOwed).toBe(false);
    hear(c, "s", OFFLINE);
    expect<bool>(c.statusOwed).toBe(false);
  });
});
