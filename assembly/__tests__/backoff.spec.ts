// Owns the claims about the wait before the next connection.

import { backoffMs, madeProgress, noteKick, noteLifetime } from "../client/backoff";
import { Client } from "../client/block";
import { ClosedBy } from "../client/status";
import { freshClient } from "./support/client";

function impatient(): Client {
  const c = freshClient();
  c.backoffBaseMs = 1000;
  c.backoffMaxMs = 10000;
  return c;
}

/** The longest wait that any random word gives at this attempt. */
function longest(c: Client): u32 {
  let most: u32 = 0;
  const attempts = c.attempts;
  for (let random: u32 = 0; random < 20000; random++) {
    c.attempts = attempts;
    most = max<u32>(most, backoffMs(c, random));
  }
  return most;
}

describe("the back-off", () => {
  it("doubles its ceiling with every attempt, up to the caller's highest", () => {
    const c = impatient();
    expect<u32>(longest(c)).toBe(999);
    expect<u32>(longest(c)).toBe(1999);
    expect<u32>(longest(c)).toBe(3999);
    expect<u32>(longest(c)).toBe(7999);
    expect<u32>(longest(c)).toBe(9999);
    expect<u32>(longest(c)).toBe(9999);
  });

  it("has full jitter: it may be nothing at all", () => {
    const c = impatient();
    c.attempts = 10;
    expect<u32>(backoffMs(c, 0)).toBe(0);
  });

  it("does not overflow after any number of attempts", () => {
    const c = impatient();
    c.backoffMaxMs = 86400000;
    for (let i = 0; i < 100; i++) expect<bool>(backoffMs(c, 0xffff_ffff) < 86400000).toBe(true);
    expect<bool>(c.attempts <= 16).toBe(true);
  });

  it("starts over on progress, and not because a connection was accepted", () => {
    const c = impatient();
    backoffMs(c, 0);
    backoffMs(c, 0);
    noteLifetime(c, 0, 9999);
    expect<u32>(longest(c)).toBe(3999);
    madeProgress(c);
    expect<u32>(longest(c)).toBe(999);
  });

  it("starts over after a connection that outlasted the longest wait", () => {
    const c = impatient();
    backoffMs(c, 0);
    noteLifetime(c, 0, 10000);
    expect<u32>(longest(c)).toBe(999);
  });
});

describe("a second device under the same client id", () => {
  it("is suspected at the fifth close by the server in a row, and then anew", () => {
    const c = impatient();
    for (let i = 0; i < 4; i++) expect<bool>(noteKick(c, ClosedBy.Server)).toBe(false);
    expect<bool>(noteKick(c, ClosedBy.Server)).toBe(true);
    expect<bool>(noteKick(c, ClosedBy.Server)).toBe(false);
  });

  it("is not suspected when the link breaks or anything was done in between", () => {
    const c = impatient();
    for (let i = 0; i < 50; i++) expect<bool>(noteKick(c, ClosedBy.Link)).toBe(false);
    for (let i = 0; i < 4; i++) noteKick(c, ClosedBy.Server);
    madeProgress(c);
    expect<bool>(noteKick(c, ClosedBy.Server)).toBe(false);
    c.progress = false;
    expect<bool>(noteKick(c, ClosedBy.Server)).toBe(false);
  });
});
