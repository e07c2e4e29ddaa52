// Owns the claims that hold for a stream over a link of any weather: never a hole, a clean end, an end at a cut. Refuses to know one
// link from another.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { pattern } from "../../__tests__/recorded-stream.ts";
import { linkedPair } from "./linked-pair.ts";

const MINUTE_MS = 60_000;
/** What each side sends, from its start on, in every run: 30 acts of at most 4,000 bytes. */
const SENT = pattern(120_000);

describe("a stream over any link", () => {
  const weather = fc.record({
    seed: fc.nat(),
    lossPercent: fc.integer({ min: 0, max: 40 }),
    delayMs: fc.integer({ min: 0, max: 900 }),
    outage: fc.option(
      fc.record({
        everyMs: fc.integer({ min: 2, max: 60_000 }),
        share: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
      }),
    ),
    rateKbit: fc.option(fc.integer({ min: 5, max: 500 })),
  });
  const act = fc.record({
    afterMs: fc.nat(8_000),
    kind: fc.constantFrom("write", "write", "write", "reply", "blackhole", "pause", "resume"),
    amount: fc.integer({ min: 1, max: 4_000 }),
  });

  test("delivers a prefix of what was sent at every moment, and all of it once the link is quiet", () => {
    fc.assert(
      fc.property(weather, fc.array(act, { maxLength: 30 }), (sky, acts) => {
        const pair = linkedPair(linkText(sky), { seed: sky.seed, startsCalm: true });
        pair.advanceMs(100);
        pair.calm(false);
        const { device, broker } = pair;
        assert.ok(broker !== null);
        let [up, down] = [0, 0];
        for (const { afterMs, kind, amount } of acts) {
          pair.advanceMs(afterMs);
          assert.ok(broker.bytes.length <= up && SENT.subarray(0, broker.bytes.length).equals(broker.bytes));
          assert.ok(
            device.bytes.length <= down && SENT.subarray(0, device.bytes.length).equals(device.bytes),
          );
          if (kind === "write") {
            device.stream.write(SENT.subarray(up, up + amount));
            up += amount;
          } else if (kind === "reply") {
            broker.stream.write(SENT.subarray(down, down + amount));
            down += amount;
          } else if (kind === "blackhole") pair.link.blackhole(amount * 10);
          else if (kind === "pause") device.stream.pause();
          else device.stream.resume();
        }
        device.stream.resume();
        pair.calm(true);
        pair.advanceMs(30 * MINUTE_MS);
        assert.ok(broker.bytes.equals(SENT.subarray(0, up)), `${broker.bytes.length} of ${up} bytes arrived`);
        assert.ok(
          device.bytes.equals(SENT.subarray(0, down)),
          `${device.bytes.length} of ${down} bytes came back`,
        );
        assert.equal(device.isClosed || broker.isClosed, false);
      }),
      { numRuns: 100 },
    );
  });

  test("closes cleanly on both sides when both end, whatever is lost, and delivers all before", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3_000 }), fc.boolean(), (seed, bytes, deviceFirst) => {
        const pair = linkedPair("perfect,delay=50ms,loss=20%", { seed, startsCalm: true });
        pair.advanceMs(100);
        assert.ok(pair.broker !== null);
        // Long enough for the longest back-off to run out in the calm, too short for anybody to give up.
        const stormThenCalm = (): void => {
          pair.advanceMs(MINUTE_MS);
          pair.calm(true);
          pair.advanceMs(10 * MINUTE_MS);
        };
        const [first, second] = deviceFirst ? [pair.device, pair.broker] : [pair.broker, pair.device];
        pair.calm(false);
        first.stream.write(pattern(bytes));
        first.stream.end();
        stormThenCalm();
        assert.ok(second.events.includes("end"));
        pair.calm(false);
        second.stream.write(pattern(bytes));
        second.stream.end();
        stormThenCalm();
        for (const side of [first, second]) {
          assert.ok(side.bytes.equals(pattern(bytes)));
          assert.equal(side.events.filter((event) => event === "end").length, 1);
          assert.ok(side.events.lastIndexOf("data") < side.events.indexOf("end"));
          assert.equal(side.events.at(-1), "close");
          assert.equal(side.error, null);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("ends on both sides at a cut, at once and with a reset, and hears nothing after", () => {
    fc.assert(
      fc.property(weather, fc.nat(20_000), (sky, cutAtMs) => {
        const pair = linkedPair(linkText(sky), { seed: sky.seed });
        pair.device.stream.write(pattern(2_000));
        pair.advanceMs(cutAtMs);
        fc.pre(!pair.device.isClosed);
        pair.broker?.stream.write(pattern(2_000));
        pair.link.cut();
        pair.advanceMs(0);
        assert.equal(pair.device.error?.kind, "reset");
        if (pair.broker !== null) assert.equal(pair.broker.error?.kind, "reset");
        const heard = [...pair.device.events, ...(pair.broker?.events ?? [])];
        const before = pair.broker;
        pair.advanceMs(60 * MINUTE_MS);
        assert.equal(pair.broker, before, "no SYN of a cut connection opens a stream");
        assert.deepEqual([...pair.device.events, ...(pair.broker?.events ?? [])], heard);
        assert.equal(heard.filter((event) => event === "close").length, pair.broker === null ? 1 : 2);
      }),
      { numRuns: 100 },
    );
  });
});

interface Sky {
  readonly lossPercent: number;
  readonly delayMs: number;
  readonly outage: { readonly everyMs: number; readonly share: number } | null;
  readonly rateKbit: number | null;
}

function linkText({ lossPercent, delayMs, outage, rateKbit }: Sky): string {
  const parts = [`perfect,loss=${lossPercent}%,delay=${delayMs}ms`];
  if (outage !== null) {
    const durationMs = Math.max(1, Math.floor(outage.everyMs * outage.share));
    parts.push(`outage=${durationMs}ms@${outage.everyMs}ms`);
  }
  if (rateKbit !== null) parts.push(`rate=${rateKbit}kbit`);
  return parts.join(",");
}
