// Owns the claims about a link's state: what is told of it, to whom and when.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { repeatedOutage } from "../availability.ts";
import { createLink, type Link, type LinkState } from "../link.ts";
import { parseLink } from "../overlay.ts";

function linkOf(text: string, startMs = 0): { readonly clock: VirtualClock; readonly link: Link } {
  const clock = new VirtualClock(startMs);
  return { clock, link: createLink(parseLink(text), clock, createRandom(1)) };
}

describe("a link's state", () => {
  test("tells each change of an outage's schedule, counted from the link's beginning", () => {
    const { clock, link } = linkOf("perfect,outage=8s@25s", 1_000);
    const seen: string[] = [];
    link.onState((state) => seen.push(`${clock.nowMs} ${words(state)}`));
    clock.runUntil(60_000);
    assert.deepEqual(seen, ["18000 outage", "26000 up", "43000 outage", "51000 up"]);
  });

  test("tells a blackhole at once and its end, and an overlapping one only as what changes", () => {
    const { clock, link } = linkOf("perfect");
    const seen: string[] = [];
    link.onState((state) => seen.push(`${clock.nowMs} ${words(state)}`));
    clock.runUntil(100);
    link.blackhole(1_000);
    clock.runUntil(600);
    link.blackhole(2_000);
    assert.deepEqual(link.state, { up: false, why: "blackhole" });
    clock.runUntil(10_000);
    link.blackhole(10);
    clock.runUntil(20_000);
    assert.deepEqual(seen, ["100 blackhole", "2600 up", "10000 blackhole", "10010 up"]);
  });

  test("leaves no timer behind when nobody listens", () => {
    const { clock, link } = linkOf("perfect,outage=8s@25s");
    assert.equal(clock.nextMs, null);
    const unsubscribe = link.onState(() => undefined);
    assert.notEqual(clock.nextMs, null);
    unsubscribe();
    assert.equal(clock.nextMs, null);
    link.blackhole(10);
    assert.equal(clock.nextMs, null);
  });

  test("changes at every moment that nextChangeMs names, and at no other, also at odd fractions", () => {
    const outage = repeatedOutage(0.1, { why: "outage", durationMs: 0.3, everyMs: 0.7 });
    let atMs = 0.1;
    for (let i = 0; i < 1_000; i++) {
      const nextMs = outage.nextChangeMs(atMs);
      assert.ok(nextMs !== null && nextMs > atMs);
      assert.equal(outage.downWhy((atMs + nextMs) / 2), i % 2 === 0 ? null : "outage");
      atMs = nextMs;
    }
  });
});

describe("a link's radio", () => {
  test("hears nothing in an overlay's outage, and everything in a blackhole", () => {
    const { clock, link } = linkOf("perfect,outage=8s@25s");
    link.blackhole(1_000);
    assert.deepEqual(link.state, { up: false, why: "blackhole" });
    assert.equal(link.radioAvailability.downWhy(0), null);
    clock.runUntil(17_000);
    assert.equal(link.radioAvailability.downWhy(17_000), "outage");
    assert.equal(link.radioAvailability.nextChangeMs(17_000), 25_000);
  });

  test("does not hear of what is wrong further on", () => {
    const { clock, link } = linkOf("starlink-obstructed");
    let downs = 0;
    for (let atMs = 0; atMs < 3_600_000; atMs += 500) {
      clock.runUntil(atMs);
      if (!link.state.up) downs += 1;
      assert.equal(link.radioAvailability.downWhy(atMs), null);
    }
    assert.ok(downs > 0);
    assert.equal(link.radioAvailability.nextChangeMs(3_600_000), null);
  });

  test("notices its access point's absence where the profile says so, and the link is down with it", () => {
    const { clock, link } = linkOf("wifi-ap-reboot");
    const goneMs = link.radioAvailability.nextChangeMs(0) as number;
    clock.runUntil(goneMs);
    assert.equal(link.radioAvailability.downWhy(goneMs), "ap-gone");
    assert.deepEqual(link.state, { up: false, why: "ap-gone" });
    const lengthMs = (link.radioAvailability.nextChangeMs(goneMs) as number) - goneMs;
    assert.ok(lengthMs >= 60_000 && lengthMs < 120_000, `${lengthMs} ms`);
  });
});

test("a gateway's profile makes no link of packets", () => {
  assert.throws(() => linkOf("iridium-sbd"), /carries no packets/);
});

function words(state: LinkState): string {
  return state.up ? "up" : state.why;
}
