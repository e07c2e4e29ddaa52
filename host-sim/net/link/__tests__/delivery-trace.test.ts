// Owns the claims about links that follow a recorded trace.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { parseDeliveryTrace, TraceError } from "../delivery-trace.ts";
import { LOST } from "../impairment.ts";
import { createLink } from "../link.ts";
import { parseLink } from "../overlay.ts";
import { ProfileError } from "../profile.ts";
import { tracedRate } from "../trace-rate.ts";
import { sendThrough } from "./send-through.ts";

function bottleneck(stamps: readonly number[], queuePackets = 100, startMs = 0) {
  return tracedRate(parseDeliveryTrace("t", stamps.join("\n")), queuePackets, startMs);
}

describe("a trace", () => {
  test("is one whole millisecond a line, with or without a last line's end", () => {
    for (const text of ["1\n1\n5", "1\n1\n5\n", "1\r\n1\r\n5\r\n"]) {
      assert.deepEqual([...parseDeliveryTrace("t", text).opportunitiesMs], [1, 1, 5]);
    }
  });

  test("that is none is refused with its file and line", () => {
    const cases: readonly [string, RegExp][] = [
      ["", /^lte\.up is empty/],
      ["1\n\n3", /^lte\.up:2: "" is not a whole number/],
      ["1\n2.5", /^lte\.up:2: "2\.5"/],
      ["1\n-2", /^lte\.up:2: "-2"/],
      ["1\n0x10", /^lte\.up:2:/],
      ["5\n9\n7", /^lte\.up:3: 7 comes after 9/],
      ["0\n0", /^lte\.up:2: the trace ends at 0/],
    ];
    for (const [text, why] of cases) {
      assert.throws(
        () => parseDeliveryTrace("lte.up", text),
        (error) => error instanceof TraceError && why.test(error.message),
        text,
      );
    }
  });
});

describe("a traced bottleneck", () => {
  test("carries a packet at the next opportunity after it came, never at one of that moment", () => {
    const rate = bottleneck([10, 30, 100]);
    assert.equal(rate.delayMs(0, 1_500), 10);
    assert.equal(rate.delayMs(30, 1_500), 70);
  });

  test("carries several small packets with one opportunity, and no byte more", () => {
    const rate = bottleneck([10, 30, 100]);
    assert.equal(rate.delayMs(0, 700), 10);
    assert.equal(rate.delayMs(5, 800), 5);
    assert.equal(rate.delayMs(6, 1), 24);
  });

  test("carries a large packet with the rest of one opportunity and a part of the next", () => {
    const rate = bottleneck([10, 30, 100]);
    assert.equal(rate.delayMs(0, 1_000), 10);
    assert.equal(rate.delayMs(0, 1_000), 30);
    assert.equal(rate.delayMs(0, 1_000), 30);
    assert.equal(rate.delayMs(0, 1), 100);
  });

  test("wastes what is left of an opportunity that is over", () => {
    const rate = bottleneck([10, 30, 100]);
    assert.equal(rate.delayMs(0, 100), 10);
    assert.equal(rate.delayMs(10, 100), 20);
  });

  test("begins again at its last stamp, also after rounds in which nothing was sent", () => {
    const rate = bottleneck([10, 30, 100], 100, 7);
    assert.equal(rate.delayMs(7 + 95, 1_500), 5);
    assert.equal(rate.delayMs(7 + 100, 1_500), 10);
    assert.equal(rate.delayMs(7 + 1_000_020, 1_500), 10);
    assert.equal(rate.delayMs(7 + 1_000_020, 1_500), 80);
    assert.equal(rate.delayMs(7 + 1_000_020, 1_500), 90);
  });

  test("loses what finds its queue full", () => {
    const rate = bottleneck([10, 30, 100], 2);
    assert.deepEqual(
      [rate.delayMs(0, 1_500), rate.delayMs(0, 1_500), rate.delayMs(0, 1_500)],
      [10, 30, LOST],
    );
    assert.equal(rate.delayMs(10, 1_500), 90);
  });

  test("gives what a count of the same bytes by hand gives, whatever comes when", () => {
    const random = createRandom(12).stream("packets");
    const stamps = Array.from({ length: 40 }, () => Math.floor(random.between(0, 400))).sort((a, b) => a - b);
    const rate = bottleneck(stamps, 1_000);
    const periodMs = stamps.at(-1) as number;
    const opportunities = Array.from({ length: 60 }, (_, round) =>
      stamps.map((ms) => ({ ms: ms + round * periodMs, bytes: 1_500 })),
    ).flat();
    let atMs = 0;
    for (let i = 0; i < 800; i++) {
      atMs += Math.floor(random.exponential(25));
      const bytes = 1 + Math.floor(random.between(0, 1_500));
      assert.equal(rate.delayMs(atMs, bytes), byHand(opportunities, atMs, bytes) - atMs);
    }
  });
});

/** Takes the bytes from the first opportunities that are left. */
function byHand(opportunities: { ms: number; bytes: number }[], atMs: number, bytes: number): number {
  let owed = bytes;
  for (;;) {
    const first = opportunities[0];
    assert.ok(first !== undefined);
    if (first.ms <= atMs || first.bytes === 0) {
      opportunities.shift();
      continue;
    }
    const taken = Math.min(owed, first.bytes);
    first.bytes -= taken;
    owed -= taken;
    if (owed === 0) return first.ms;
  }
}

describe("a link named trace:FILE", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "motekit-trace-"));
    writeFileSync(join(folder, "slow.up"), "50\n100\n");
    writeFileSync(join(folder, "fast.down"), "1\n2\n");
    writeFileSync(join(folder, "broken"), "1\nx\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  function rttMs(text: string): number {
    const clock = new VirtualClock();
    const link = createLink(parseLink(text), clock, createRandom(1));
    let atMs = Number.NaN;
    sendThrough(link.uplink, 100, () => {
      sendThrough(link.downlink, 100, () => {
        atMs = clock.nowMs;
      });
    });
    clock.runUntil(10_000);
    return atMs;
  }

  test("follows it in both directions, or another one on the way down, with other overlays", () => {
    assert.equal(rttMs(`trace:${join(folder, "slow.up")}`), 100);
    assert.equal(rttMs(`trace:${join(folder, "slow.up")},down=${join(folder, "fast.down")}`), 51);
    assert.equal(rttMs(`trace:${join(folder, "slow.up")},delay=300ms`), 700);
  });

  test("is refused when its file is missing or broken, or when a rate is given too", () => {
    const cases: readonly [string, RegExp][] = [
      [`trace:${join(folder, "none")}`, /none cannot be read: ENOENT/],
      [`trace:${join(folder, "broken")}`, /broken:2: "x" is not/],
      [`trace:${join(folder, "slow.up")},rate=64kbit`, /the trace is the rate/],
      ["trace:", /needs a file/],
      ["perfect,down=x", /goes with a link such as trace:/],
    ];
    for (const [text, why] of cases) {
      assert.throws(
        () => parseLink(text),
        (error) => error instanceof ProfileError && why.test(error.message),
        text,
      );
    }
  });
});
