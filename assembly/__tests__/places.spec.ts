// Owns the claims about where messages lie in the outbox.

import { addressOf, Client, entryAt } from "../client/block";
import { EntryState } from "../session/entry-state";
import { append, takeEntry } from "../session/outbox";
import { freePlace, takePlace, wouldFit } from "../session/places";
import { freshClient } from "./support/client";

/** A message of `bytes`, filled with its own number; 0 when it finds no place. */
function store(c: Client, bytes: u32): u32 {
  const i = takeEntry(c);
  if (!takePlace(c, i, bytes)) return 0;
  append(c, i);
  memory.fill(addressOf(c, c.outboxAt + entryAt(c, i).offset), <u8>i, bytes);
  return i;
}

function isWhole(c: Client, i: u32): bool {
  const entry = entryAt(c, i);
  for (let k: u32 = 0; k < entry.length; k++) {
    if (load<u8>(addressOf(c, c.outboxAt + entry.offset + k)) != <u8>i) return false;
  }
  return true;
}

describe("the outbox's bytes", () => {
  it("can all be used", () => {
    const c = freshClient(100);
    expect<bool>(store(c, 40) > 0).toBe(true);
    expect<bool>(store(c, 60) > 0).toBe(true);
    expect<u32>(c.outboxUsed).toBe(100);
    expect<u32>(store(c, 1)).toBe(0);
  });

  it("are a ring: what was freed in front is used again behind what is still there", () => {
    const c = freshClient(100);
    const first = store(c, 40);
    const second = store(c, 40);
    freePlace(c, first);
    const third = store(c, 30);
    expect<u32>(entryAt(c, third).offset).toBe(0);
    expect<bool>(isWhole(c, second) && isWhole(c, third)).toBe(true);
  });

  it("between two messages that were sent are used again: a stuck one does not block", () => {
    const c = freshClient(100);
    const stuck = store(c, 20);
    const gone = store(c, 30);
    const last = store(c, 40);
    entryAt(c, stuck).state = <u8>EntryState.InFlight;
    entryAt(c, last).state = <u8>EntryState.InFlight;
    freePlace(c, gone);
    for (let round = 0; round < 10; round++) {
      const i = store(c, 30);
      expect<u32>(entryAt(c, i).offset).toBe(20);
      freePlace(c, i);
      c.freeFirst = <u16>i; // its entry serves again
      entryAt(c, i).next = 0;
    }
    expect<bool>(isWhole(c, stuck) && isWhole(c, last)).toBe(true);
  });

  it("close up when no gap is large enough, and only unsent messages move", () => {
    const c = freshClient(100);
    const sent = store(c, 20);
    const hole = store(c, 20);
    const unsent = store(c, 20);
    const anotherHole = store(c, 20);
    const last = store(c, 20);
    entryAt(c, sent).state = <u8>EntryState.InFlight;
    freePlace(c, hole);
    freePlace(c, anotherHole);
    const large = store(c, 40);
    expect<bool>(large > 0).toBe(true);
    expect<u32>(entryAt(c, sent).offset).toBe(0);
    expect<u32>(entryAt(c, unsent).offset).toBe(20);
    expect<u32>(entryAt(c, last).offset).toBe(40);
    expect<bool>(isWhole(c, sent) && isWhole(c, unsent) && isWhole(c, last) && isWhole(c, large)).toBe(true);
  });

  it("do not move when that would not help", () => {
    const c = freshClient(100);
    const hole = store(c, 20);
    const unsent = store(c, 20);
    const sent = store(c, 20);
    entryAt(c, sent).state = <u8>EntryState.InFlight;
    freePlace(c, hole);
    expect<u32>(store(c, 50)).toBe(0);
    expect<u32>(entryAt(c, unsent).offset).toBe(20);
    expect<bool>(isWhole(c, unsent)).toBe(true);
  });

  it("are counted with condemned messages gone", () => {
    const c = freshClient(100);
    const a = store(c, 50);
    store(c, 50);
    expect<bool>(wouldFit(c, 40)).toBe(false);
    entryAt(c, a).state = <u8>EntryState.Condemned;
    expect<bool>(wouldFit(c, 50)).toBe(true);
    expect<bool>(wouldFit(c, 51)).toBe(false);
  });
});
