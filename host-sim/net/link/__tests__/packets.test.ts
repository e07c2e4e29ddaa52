// Owns the claims about what a link's parts do to packets.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import type { Availability } from "../availability.ts";
import { quantileDelay } from "../delay.ts";
import { LOST } from "../impairment.ts";
import { createLink, type Link } from "../link.ts";
import { burstLoss, burstSpells } from "../loss-bursts.ts";
import { parseLink } from "../overlay.ts";
import { createPacketChannel, type PacketChannel } from "../packet-channel.ts";
import { profileNames, readProfile } from "../profile.ts";
import { limitedRate } from "../rate.ts";
import { sendThrough } from "./send-through.ts";

const UP: Availability = { downWhy: () => null, nextChangeMs: () => null };

function linkOf(text: string): { readonly clock: VirtualClock; readonly link: Link } {
  const clock = new VirtualClock();
  return { clock, link: createLink(parseLink(text), clock, createRandom(1)) };
}

describe("packets", () => {
  test("are lost as often as the link says, in each direction by itself", () => {
    const { clock, link } = linkOf("perfect,loss=20%");
    const fates = { up: "", down: "" };
    const packets = 20_000;
    for (let i = 0; i < packets; i++) {
      sendThrough(link.uplink, 100, () => undefined, lostAt("up", i));
      sendThrough(link.downlink, 100, () => undefined, lostAt("down", i));
    }
    function lostAt(way: "up" | "down", i: number): (why: string) => void {
      return (why) => {
        fates[way] += `${why} ${i},`;
      };
    }
    clock.runUntil(0);
    for (const lost of [fates.up, fates.down]) {
      const share = lost.match(/loss \d+,/g)?.length ?? 0;
      assertShare(share / packets, 0.2, packets);
    }
    assert.notEqual(fates.up, fates.down);
  });

  test("have exactly one fate each: they arrive once, or are said to be lost once, with why", () => {
    const { clock, link } = linkOf("perfect,loss=30%,delay=300ms,rate=64kbit,outage=200ms@1s");
    const fates = new Map<number, string[]>();
    for (let i = 0; i < 2_000; i++) {
      const told: string[] = [];
      fates.set(i, told);
      sendThrough(
        link.uplink,
        400,
        () => told.push("arrived"),
        (why) => told.push(why),
      );
      clock.runUntil(clock.nowMs + 7);
    }
    clock.runUntil(clock.nowMs + 100_000);
    for (const told of fates.values()) assert.equal(told.length, 1);
    const seen = new Set([...fates.values()].flat());
    assert.deepEqual([...seen].sort(), ["arrived", "loss", "outage"]);
  });

  test("that an outage catches on their way are lost when they would have arrived", () => {
    const { clock, link } = linkOf("perfect,delay=300ms");
    const told: string[] = [];
    sendThrough(
      link.uplink,
      100,
      () => told.push("arrived"),
      (why) => told.push(`${why} at ${clock.nowMs}`),
    );
    clock.runUntil(200);
    link.blackhole(1_000);
    clock.runUntil(2_000);
    assert.deepEqual(told, ["blackhole at 300"]);
  });

  test("keep their order, however much their delays vary, and arrive within the table's bounds", () => {
    const { clock, link } = linkOf("wifi-home,loss=0%");
    const order: number[] = [];
    for (let i = 0; i < 500; i++) {
      const sentMs = clock.nowMs;
      sendThrough(link.uplink, 100, () => {
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

  test("may not be longer than the link's MTU", () => {
    const { link } = linkOf("perfect");
    sendThrough(link.uplink, 1_500);
    assert.throws(() => sendThrough(link.uplink, 1_501), RangeError);
  });

  test("queue at a bottleneck up to its limit, and leave at its rate", () => {
    const clock = new VirtualClock();
    const channel = createPacketChannel(clock, UP, [limitedRate(8_000, 3)], 1_500);
    const told: (number | string)[] = [];
    const send = (): void =>
      sendThrough(
        channel,
        100,
        () => told.push(clock.nowMs),
        (why) => told.push(why),
      );
    for (let i = 0; i < 5; i++) send();
    clock.runUntil(150);
    send();
    clock.runUntil(10_000);
    send();
    clock.runUntil(20_000);
    assert.deepEqual(told, ["queue", "queue", 100, 200, 300, 400, 10_100]);
  });

  test("pass a bottleneck at the share of its rate that a fade leaves them", () => {
    const rate = limitedRate(8_000, 3, (atMs) => (atMs < 1_000 ? 1 : 0.1));
    assert.equal(rate.delayMs(0, 100), 100);
    assert.equal(rate.delayMs(2_000, 100), 1_000);
    assert.equal(limitedRate(8_000, 3, () => 0).delayMs(0, 100), LOST);
  });
});

describe("delays", () => {
  test("have the quantiles of the table", () => {
    const delay = quantileDelay(
      [
        [0, 10],
        [0.5, 20],
        [0.5001, 100],
        [1, 200],
      ],
      createRandom(3).stream("delay"),
    );
    const values = sorted(Array.from({ length: 20_000 }, () => delay.delayMs(0, 1)));
    assert.ok(Math.abs(quantile(values, 0.25) - 15) < 1);
    assert.ok(Math.abs(quantile(values, 0.75) - 150) < 5);
    assert.ok((values[0] ?? 0) >= 10 && (values.at(-1) ?? 0) <= 200);
  });

  test("of each direction make round trips with the profile's quantiles", () => {
    const pings = 4_000;
    for (const name of ["starlink", "wifi-congested", "geo-vsat"]) {
      const { clock, link } = linkOf(`${name},loss=0%`);
      const file = readProfile(name);
      assert.equal(file.kind, "tcp");
      const published = file.kind === "tcp" ? file.rttMsQuantiles : [];
      const bottlenecksMs = serialisationMs(name);
      const rtts = sorted(Array.from({ length: pings }, () => ping(clock, link)));
      for (const [p, ms] of published.filter(([p]) => p > 0 && p < 1)) {
        const under = rtts.filter((rtt) => rtt <= ms + 1e-3 + bottlenecksMs).length / pings;
        assertShare(under, p, pings);
      }
    }
  });

  test("of every profile that carries packets let one through", () => {
    for (const name of profileNames()) {
      const profile = parseLink(name);
      if (profile.kind === "gateway") continue;
      const { clock, link } = linkOf(`${name},loss=0%`);
      const rtt = ping(clock, link);
      assert.ok(rtt >= 0 && rtt < 30_000, `${name}: ${rtt}`);
    }
  });
});

describe("burst loss", () => {
  const figures = {
    kind: "spells",
    goodMs: { kind: "exponential", meanMs: 20_000 },
    badMs: { kind: "constant", ms: 1_000 },
    lossPerThousand: 1_000,
  } as const;

  function lostShare(everyMs: number, packets: number): { readonly share: number; readonly longest: number } {
    const random = createRandom(5);
    const burst = burstLoss(figures, burstSpells(figures, 0, random.stream("spells")), random.stream("loss"));
    let lost = 0;
    let row = 0;
    let longest = 0;
    for (let i = 1; i <= packets; i++) {
      row = burst.delayMs(i * everyMs, 100) === LOST ? row + 1 : 0;
      if (row > 0) lost += 1;
      longest = Math.max(longest, row);
    }
    return { share: lost / packets, longest };
  }

  test("takes the same share from a sparse sender as from a busy one", () => {
    for (const everyMs of [100, 60_000]) {
      const packets = everyMs === 100 ? 400_000 : 20_000;
      // Of a busy sender's packets, those of one second share one fate.
      assertShare(lostShare(everyMs, packets).share, 1 / 21, Math.min(packets, (packets * everyMs) / 21_000));
    }
  });

  test("ends with time: a sparse sender is not frozen in a bad spell", () => {
    assert.ok(lostShare(1_001, 20_000).longest <= 2);
    assert.equal(lostShare(10, 400_000).longest, 100);
  });

  test("on a grid strikes within each bad spell and nowhere else, both directions in the same ones", () => {
    const grid = {
      kind: "grid",
      everyMs: 15_000,
      badMs: { kind: "constant", ms: 300 },
      lossPerThousand: 1_000,
    } as const;
    const random = createRandom(2);
    const spells = burstSpells(grid, 0, random.stream("spells"));
    const up = burstLoss(grid, spells, random.stream("up"));
    const down = burstLoss(grid, spells, random.stream("down"));
    const begins: number[] = [];
    let wasLost = false;
    for (let atMs = 0; atMs < 600_000; atMs += 10) {
      const isLost = up.delayMs(atMs, 100) === LOST;
      assert.equal(down.delayMs(atMs, 100) === LOST, isLost);
      if (isLost && !wasLost) begins.push(atMs);
      wasLost = isLost;
    }
    assert.equal(begins.length, 40);
    for (const [i, atMs] of begins.entries()) assert.equal(atMs - (begins[0] ?? 0), 15_000 * i);
  });

  test("on a grid is the same however seldom somebody asks, and lasts as long as was drawn", () => {
    const grid = {
      kind: "grid",
      everyMs: 15_000,
      badMs: { kind: "uniform", fromMs: 5_000, toMs: 20_000 },
      lossPerThousand: 1_000,
    } as const;
    const watched = burstSpells(grid, 0, createRandom(3).stream("spells"));
    const seldom = burstSpells(grid, 0, createRandom(3).stream("spells"));
    let bad = 0;
    const untilMs = 40_000_000;
    for (let atMs = 0; atMs < untilMs; atMs += 50) {
      const state = watched.stateAt(atMs);
      bad += state;
      if (atMs % 70_000 === 0) assert.equal(seldom.stateAt(atMs), state);
    }
    // A third of the lengths is cut to 15 s, the others have a mean of 10 s: 11.7 s of 15.
    assert.ok(Math.abs((bad * 50) / untilMs - 11.667 / 15) < 0.02, `${(bad * 50) / untilMs}`);
  });

  test("on a congested channel adds up to the loss that was measured", () => {
    const { clock, link } = linkOf("wifi-congested");
    let lost = 0;
    const packets = 400_000;
    for (let i = 0; i < packets; i++) {
      sendThrough(
        link.uplink,
        100,
        () => undefined,
        () => lost++,
      );
      clock.runUntil(clock.nowMs + 100);
    }
    // 1.86 %, and as far off as 40,000 s of spells can be.
    assert.ok(Math.abs(lost / packets - 0.0186) < 0.0015, `${lost / packets}`);
  });
});

function ping(clock: VirtualClock, link: Link): number {
  let rttMs = Number.NaN;
  const channels: readonly PacketChannel[] = [link.uplink, link.downlink];
  for (let tries = 0; Number.isNaN(rttMs) && tries < 100; tries++) {
    const sentMs = clock.nowMs;
    sendThrough(channels[0] as PacketChannel, 64, () => {
      sendThrough(channels[1] as PacketChannel, 64, () => {
        rttMs = clock.nowMs - sentMs;
      });
    });
    // No ping waits behind another: the order of packets would bind them together.
    clock.runUntil(clock.nowMs + 40_000);
  }
  return rttMs;
}

/** What 64 bytes take at the bottlenecks. */
function serialisationMs(name: string): number {
  const { upBitsPerSecond, downBitsPerSecond } = parseLink(name);
  const one = (rate: number | null): number => (rate === null ? 0 : (64 * 8000) / rate);
  return one(upBitsPerSecond) + one(downBitsPerSecond);
}

/** Within five standard errors of a share of `samples` independent ones: no seed of a right model fails. */
function assertShare(actual: number, expected: number, samples: number): void {
  const tolerance = 5 * Math.sqrt((expected * (1 - expected)) / samples);
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected} ± ${tolerance}`);
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function quantile(values: readonly number[], p: number): number {
  return values[Math.floor(p * values.length)] ?? Number.NaN;
}
