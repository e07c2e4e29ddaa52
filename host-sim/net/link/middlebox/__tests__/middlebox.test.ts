// Owns the claims about a NAT's mappings: when they are made, kept, and forgotten.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import { createMiddlebox } from "../middlebox.ts";

const IDLE_MS = 270_000;

describe("a NAT's mapping", () => {
  test("is made by a SYN alone", () => {
    const mapping = createMiddlebox({ idleMs: IDLE_MS, isSilent: true }, new VirtualClock()).mapping();
    assert.equal(mapping.down(), false);
    assert.equal(mapping.up(false), "vanish");
    assert.equal(mapping.up(true), "pass");
    assert.equal(mapping.up(false), "pass");
    assert.equal(mapping.down(), true);
  });

  test("lives as long as packets of either direction come within the idle time", () => {
    const clock = new VirtualClock();
    const mapping = createMiddlebox({ idleMs: IDLE_MS, isSilent: true }, clock).mapping();
    mapping.up(true);
    for (let i = 1; i <= 6; i++) {
      clock.runUntil(i * (IDLE_MS - 1));
      if (i % 2 === 0) assert.equal(mapping.up(false), "pass");
      else assert.equal(mapping.down(), true);
    }
  });

  test("is gone at the idle time, for good, and the same for both directions", () => {
    for (const first of ["up", "down"]) {
      const clock = new VirtualClock();
      const mapping = createMiddlebox({ idleMs: IDLE_MS, isSilent: true }, clock).mapping();
      mapping.up(true);
      clock.runUntil(IDLE_MS);
      if (first === "up") assert.equal(mapping.up(false), "vanish");
      assert.equal(mapping.down(), false);
      clock.runUntil(IDLE_MS + 1);
      assert.equal(mapping.up(false), "vanish");
      assert.equal(mapping.up(true), "pass");
      assert.equal(mapping.down(), true);
    }
  });

  test("that is gone lets the device's packet through to a reset where the NAT is not silent", () => {
    const clock = new VirtualClock();
    const mapping = createMiddlebox({ idleMs: IDLE_MS, isSilent: false }, clock).mapping();
    mapping.up(true);
    clock.runUntil(IDLE_MS);
    assert.equal(mapping.down(), false);
    assert.equal(mapping.up(false), "reset");
  });

  test("is one of each connection: the traffic of one keeps no other alive", () => {
    const clock = new VirtualClock();
    const middlebox = createMiddlebox({ idleMs: IDLE_MS, isSilent: true }, clock);
    const [busy, idle] = [middlebox.mapping(), middlebox.mapping()];
    busy.up(true);
    idle.up(true);
    clock.runUntil(IDLE_MS / 2);
    busy.up(false);
    clock.runUntil(IDLE_MS);
    assert.equal(busy.down(), true);
    assert.equal(idle.down(), false);
  });

  test("lasts for ever where there is no NAT, but can be dropped with all others, at any moment", () => {
    const clock = new VirtualClock();
    const middlebox = createMiddlebox(null, clock);
    const [one, other] = [middlebox.mapping(), middlebox.mapping()];
    one.up(true);
    other.up(true);
    clock.runUntil(1e12);
    assert.equal(one.down(), true);
    middlebox.dropAll();
    assert.equal(one.down(), false);
    assert.equal(other.up(false), "vanish");
    const later = middlebox.mapping();
    assert.equal(later.up(true), "pass");
    assert.equal(later.down(), true);
  });
});
