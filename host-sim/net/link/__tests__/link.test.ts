// Owns the claims about a link's state, and about what each impairment does to packets.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { repeatedOutage } from "../availability.ts";
import { quantileDelay } from "../delay.ts";
import { createLink, type Link, type LinkState } from "../link.ts";
import { parseLink } from "../overlay.ts";
import { createPacketChannel } from "../packet-channel.ts";
import { limitedRate } from "../rate.ts";

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
    const outage = repeatedOutage(0.1, 0.3, 0.7);
    let atMs = 0.1;
    for (let i = 0; i < 1_000; i++) {
      const nextMs = outage.nextChangeMs(atMs);
      assert.ok(nextMs !== null && nextMs > atMs);
      assert.equal(outage.downWhy((atMs + nextMs) / 2), i % 2 === 0 ? null : "outage");
      atMs = nextMs;
    }
  });
});

describe("packets", () => {
  test("are lost as often as the link says, in each direction by itself", () => {
    const { clock, link } = linkOf("perfect,loss=20%");
    const arrived = { up: "", down: "" };
    for (let i = 0; i < 20_000; i++) {
      link.uplink.send(100, () => {
        arrived.up += `${i},`;
      });
      link.downlink.send(100, () => {
        arrived.down += `${i},`;
      });
    }
    clock.runUntil(0);
    for (const list of [arrived.up, arrived.down]) {
      const share = list.split(",").length / 20_000;
      assert.ok(Math.abs(share - 0.8) < 0.02, `${share} arrived`);
    }
    assert.notEqual(arrived.up, arrived.down);
  });

  test("keep their order, however much their delays vary, and arrive within the table's bounds", () => {
    const { clock, link } = linkOf("wifi-home,loss=0%");
    const order: number[] = [];
    for (let i = 0; i < 500; i++) {
      const sentMs = clock.nowMs;
      link.uplink.send(100, () => {
        order.push(i);
        assert.ok(clock.nowMs - sentMs >= 1 && clock.nowMs - sentMs <= 17.5);
      });
      clock.runUntil(clock.nowMs + 1);
    }
    clock.runUntil(clock.nowMs + 100);
    assert.deepEqual(
      order,
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  test("take delays with the quantiles of the table", () => {
    const delay = quantileDelay(
      [
        [0, 10],
        [0.5, 20],
        [0.5001, 100],
        [1, 200],
      ],
      createRandom(3).stream("delay"),
    );
    const values = Array.from({ length: 20_000 }, () => {
      const verdict = delay.judge({ atMs: 0, bytes: 1 });
      return verdict.kind === "delay" ? verdict.delayMs : Number.NaN;
    }).sort((a, b) => a - b);
    const quantile = (p: number): number => values[Math.floor(p * values.length)] ?? Number.NaN;
    assert.ok(Math.abs(quantile(0.25) - 15) < 1);
    assert.ok(Math.abs(quantile(0.75) - 150) < 5);
    assert.ok((values[0] ?? 0) >= 10 && (values.at(-1) ?? 0) <= 200);
  });

  test("queue at a bottleneck up to its limit, and leave at its rate", () => {
    const clock = new VirtualClock();
    const up = { downWhy: () => null, nextChangeMs: () => null };
    const channel = createPacketChannel(clock, up, [limitedRate(8_000, 3)]);
    const arrivals: number[] = [];
    for (let i = 0; i < 5; i++) channel.send(100, () => arrivals.push(clock.nowMs));
    clock.runUntil(150);
    channel.send(100, () => arrivals.push(clock.nowMs));
    clock.runUntil(10_000);
    channel.send(100, () => arrivals.push(clock.nowMs));
    clock.runUntil(20_000);
    assert.deepEqual(arrivals, [100, 200, 300, 400, 10_100]);
  });
});

function words(state: LinkState): string {
  return state.up ? "up" : state.why;
}
