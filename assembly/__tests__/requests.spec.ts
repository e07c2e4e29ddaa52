// Owns the claims about wanted filters and the one request that is under way.

import { Client } from "../client/block";
import { Status } from "../client/status";
import { Packet } from "../packet/types";
import {
  FilterState,
  nextMatch,
  restoreSubscriptions,
  rowAt,
  unwantFilter,
  wantFilter,
} from "../session/filters";
import { answerSubscribe, beginRequest, nextOfRequest, owedRequest, requestLost } from "../session/requests";
import { freshClient, hex, utf8, utf8Length } from "./support/client";

function want(c: Client, filter: string, qos: u32 = 0): i32 {
  return wantFilter(c, utf8(filter), utf8Length(filter), qos);
}

function unwant(c: Client, filter: string): i32 {
  return unwantFilter(c, utf8(filter), utf8Length(filter));
}

/** Which filter this topic name goes to; it is put where a received one would lie. */
function firstMatch(c: Client, name: string): u32 {
  memory.copy(changetype<usize>(c) + c.receiveAt, utf8(name), utf8Length(name));
  return nextMatch(c, 1, c.receiveAt, utf8Length(name));
}

describe("a wanted filter", () => {
  it("waits with the others for one request", () => {
    const c = freshClient();
    expect<i32>(want(c, "a")).toBe(1);
    expect<i32>(want(c, "b/#", 2)).toBe(2);
    expect<u32>(owedRequest(c)).toBe(Packet.Subscribe);
    expect<u32>(beginRequest(c, Packet.Subscribe, 9)).toBe(2 + 1 + 1 + 2 + 3 + 1);
    expect<u32>(c.requestCount).toBe(2);
    expect<u32>(nextOfRequest(c, 0)).toBe(1);
    expect<u32>(nextOfRequest(c, 1)).toBe(2);
    expect<u32>(owedRequest(c)).toBe(0);
  });

  it("that is wanted twice before it was sent is asked for once, at the later QoS", () => {
    const c = freshClient();
    expect<i32>(want(c, "a", 0)).toBe(1);
    expect<i32>(want(c, "a", 1)).toBe(1);
    expect<u32>(c.owedFilters).toBe(1);
  });

  it("under way is refused until it was answered", () => {
    const c = freshClient();
    want(c, "a");
    beginRequest(c, Packet.Subscribe, 9);
    expect<i32>(want(c, "a", 2)).toBe(Status.RequestPending);
    expect<i32>(unwant(c, "a")).toBe(Status.RequestPending);
  });

  it("is refused when its QoS, its form or its number is out of range", () => {
    const c = freshClient();
    expect<i32>(want(c, "a", 3)).toBe(Status.QosRange);
    expect<i32>(want(c, "a#")).toBe(Status.BadFilter);
    for (let i = 0; i < 4; i++) expect<bool>(want(c, `f${i}`) > 0).toBe(true);
    expect<i32>(want(c, "g")).toBe(Status.TooManyFilters);
    expect<bool>(want(c, "f0") > 0).toBe(true, "a known filter needs no new place");
  });

  it("whose answer was lost with the connection is owed again, and its id is free", () => {
    const c = freshClient();
    want(c, "a");
    want(c, "b");
    beginRequest(c, Packet.Subscribe, 9);
    requestLost(c);
    expect<u32>(c.owedFilters).toBe(2);
    expect<u32>(c.requestId).toBe(0);
    expect<u32>(owedRequest(c)).toBe(Packet.Subscribe);
  });

  it("that was granted is owed again in a new session, a refused one is not", () => {
    const c = freshClient();
    want(c, "a");
    want(c, "b");
    beginRequest(c, Packet.Subscribe, 9);
    answerSubscribe(c, hex("0180"));
    expect<u32>(rowAt(c, 1).state).toBe(FilterState.GrantedUntold);
    expect<u32>(rowAt(c, 1).code).toBe(1);
    expect<u32>(rowAt(c, 2).state).toBe(FilterState.RefusedUntold);
    rowAt(c, 1).state = <u8>FilterState.Granted;
    restoreSubscriptions(c);
    expect<u32>(c.owedFilters).toBe(1);
    expect<u32>(rowAt(c, 1).state).toBe(FilterState.SubscribeOwed);
  });
});

describe("unsubscribing", () => {
  it("comes before subscribing", () => {
    const c = freshClient();
    want(c, "a");
    unwant(c, "b");
    expect<u32>(owedRequest(c)).toBe(Packet.Unsubscribe);
  });
});

describe("the dispatch of a topic", () => {
  it("goes to every filter that matches, and leaves $ topics to filters that name them", () => {
    const c = freshClient();
    want(c, "#");
    want(c, "a/+");
    want(c, "$SYS/#");
    expect<u32>(firstMatch(c, "a/b")).toBe(1);
    expect<u32>(nextMatch(c, 2, c.receiveAt, 3)).toBe(2);
    expect<u32>(nextMatch(c, 3, c.receiveAt, 3)).toBe(0);
    expect<u32>(firstMatch(c, "$SYS/up")).toBe(3);
  });
});
