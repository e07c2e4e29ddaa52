// Owns the claims about a stream that goes over a link: late, stalled or closed, but never with a hole.

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

describe("a stream over a link", () => {
  test("opens in one round trip, and echoes in another", () => {
    const pair = linkedPair("perfect,delay=300ms");
    pair.advanceMs(599);
    assert.deepEqual(pair.device.events, []);
    pair.advanceMs(1);
    assert.deepEqual(pair.device.events, ["open"]);
    pair.device.stream.write(pattern(64));
    pair.advanceMs(299);
    assert.equal(pair.broker?.bytes.length, 0);
    pair.advanceMs(1);
    assert.equal(pair.broker?.bytes.length, 64);
  });

  test("takes the time that the rate asks for, headers included", () => {
    const pair = linkedPair("perfect,rate=8kbit");
    pair.advanceMs(1_000);
    pair.device.stream.write(pattern(60));
    pair.advanceMs(99);
    assert.equal(pair.broker?.bytes.length, 0);
    pair.advanceMs(1);
    assert.equal(pair.broker?.bytes.length, 60);
  });

  test("stalls in a blackhole without a word to either side, then delivers, in the device's own time", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.link.blackhole(30_000);
    pair.device.stream.write(pattern(100));
    pair.advanceMs(29_999);
    assert.equal(pair.broker?.bytes.length, 0);
    assert.deepEqual(pair.device.events, ["open"]);
    assert.deepEqual(pair.broker?.events, ["open"]);
    pair.advanceMs(60_000);
    assert.ok(pair.broker?.bytes.equals(pattern(100)));
  });

  test("loses what is in flight when a blackhole begins, and sends it again", () => {
    const pair = linkedPair("perfect,delay=100ms");
    pair.advanceMs(1_000);
    pair.device.stream.write(pattern(10));
    pair.advanceMs(50);
    pair.link.blackhole(60);
    pair.advanceMs(200);
    assert.equal(pair.broker?.bytes.length, 0);
    pair.advanceMs(5_000);
    assert.ok(pair.broker?.bytes.equals(pattern(10)));
  });

  test("loses what is sent into a blackhole that is over before it would arrive", () => {
    const pair = linkedPair("perfect,delay=100ms");
    pair.advanceMs(1_000);
    pair.link.blackhole(60);
    pair.device.stream.write(pattern(10));
    pair.advanceMs(500);
    assert.equal(pair.broker?.bytes.length, 0);
    pair.advanceMs(5_000);
    assert.ok(pair.broker?.bytes.equals(pattern(10)));
  });

  test("destroyed while the link is down: the broker is not told, not even when the link heals", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.link.blackhole(5_000);
    pair.device.stream.destroy();
    pair.advanceMs(10 * MINUTE_MS);
    assert.equal(pair.device.error, null);
    assert.deepEqual(pair.broker?.events, ["open"]);
    const again = pair.dialAgain();
    pair.advanceMs(100);
    assert.deepEqual(again.events, ["open"], "the half-open stream does not stand in the way of a new one");
  });

  test("half-open: the broker learns it when it writes, from the reset that answers", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.link.blackhole(5_000);
    pair.device.stream.destroy();
    pair.advanceMs(6_000);
    pair.broker?.stream.write(pattern(2));
    pair.advanceMs(1_000);
    assert.equal(pair.broker?.error?.kind, "reset");
  });

  test("destroyed while the link is up: one reset tells the broker", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.device.stream.destroy();
    pair.advanceMs(11);
    assert.equal(pair.broker?.error?.kind, "reset");
  });

  test("a cut reaches the broker's side also after the device's is gone", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.link.blackhole(1_000_000);
    pair.device.stream.destroy();
    pair.advanceMs(100);
    pair.link.cut();
    pair.advanceMs(0);
    assert.equal(pair.broker?.error?.kind, "reset");
    assert.equal(pair.device.error, null);
  });

  test("passes on why the broker could not be dialled", () => {
    const pair = linkedPair("perfect,delay=10ms", { refuses: true });
    pair.advanceMs(100);
    assert.equal(pair.device.error?.kind, "refused");
    assert.match(pair.device.error.message, /nothing listens there/);
  });

  test("holds each writer back while the other does not read, and delivers all when it does", () => {
    for (const fromDevice of [true, false]) {
      const pair = linkedPair("perfect,delay=10ms");
      pair.advanceMs(100);
      assert.ok(pair.broker !== null);
      const [writer, reader] = fromDevice ? [pair.device, pair.broker] : [pair.broker, pair.device];
      reader.stream.pause();
      let sent = 0;
      let mayWrite = true;
      for (let round = 0; round < 100; round++) {
        const drains = writer.events.filter((event) => event === "drain").length;
        while (mayWrite) {
          mayWrite = writer.stream.write(pattern(1_000, sent));
          sent += 1_000;
        }
        pair.advanceMs(MINUTE_MS);
        mayWrite = writer.events.filter((event) => event === "drain").length > drains;
      }
      assert.equal(reader.bytes.length, 0);
      assert.ok(sent < 120_000, `${sent} bytes were taken while nobody read`);
      reader.stream.resume();
      pair.advanceMs(10 * MINUTE_MS);
      assert.ok(reader.bytes.equals(pattern(sent)));
    }
  });

  test("goes on within a round trip when a reader resumes, without waiting for a probe", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    pair.device.stream.pause();
    pair.broker?.stream.write(pattern(4_000));
    // Well into the probes' back-off.
    pair.advanceMs(10 * MINUTE_MS + 50);
    pair.device.stream.resume();
    pair.advanceMs(45);
    assert.ok(pair.device.bytes.length > 4 * 536, `${pair.device.bytes.length} bytes`);
  });

  test("says nothing when there is nothing to say: each segment is acknowledged once, and no ack is", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    assert.equal(pair.packetsSent, 3, "SYN, SYN-ACK, ACK");
    pair.device.stream.write(pattern(10));
    pair.advanceMs(MINUTE_MS);
    assert.equal(pair.packetsSent, 5);
    pair.device.stream.end();
    pair.advanceMs(MINUTE_MS);
    assert.equal(pair.packetsSent, 7);
    pair.broker?.stream.end();
    pair.advanceMs(MINUTE_MS);
    assert.equal(pair.packetsSent, 9);
  });

  test("asks the device to wait at two segments, and drains when they are acknowledged", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    assert.equal(pair.device.stream.write(pattern(1_071)), true);
    assert.equal(pair.device.stream.write(pattern(1, 1_071)), false);
    pair.advanceMs(19);
    assert.equal(pair.device.events.includes("drain"), false);
    pair.advanceMs(1);
    assert.equal(pair.device.events.at(-1), "drain");
    assert.ok(pair.broker?.bytes.equals(pattern(1_072)));
  });

  test("no SYN answered: lwIP gives up after six repetitions at 3 s", () => {
    const pair = linkedPair("perfect,loss=100%");
    pair.advanceMs(18_499);
    assert.equal(pair.device.isClosed, false);
    pair.advanceMs(1);
    assert.equal(pair.device.error?.kind, "timed-out");
  });

  test("into a blackhole lwIP gives up after 19 minutes, Linux after 15", () => {
    const pair = linkedPair("perfect,delay=10ms");
    pair.advanceMs(100);
    // Enough round trips for both to have measured them.
    for (let i = 0; i < 20; i++) {
      pair.device.stream.write(pattern(1));
      pair.broker?.stream.write(pattern(1));
      pair.advanceMs(1_000);
    }
    pair.link.blackhole(120 * MINUTE_MS);
    pair.device.stream.write(pattern(1));
    pair.broker?.stream.write(pattern(1));
    pair.advanceMs(15 * MINUTE_MS);
    assert.equal(pair.broker?.isClosed, false);
    // Linux looks at its 924.6 s only when its timer runs, every two minutes by then.
    pair.advanceMs(3 * MINUTE_MS);
    assert.equal(pair.broker?.isClosed, true);
    pair.advanceMs(1 * MINUTE_MS);
    assert.equal(pair.device.isClosed, false);
    pair.advanceMs(1 * MINUTE_MS);
    assert.equal(pair.device.error?.kind, "timed-out");
  });

  test("is the same run twice with the same seed, and another with another", () => {
    const run = (seed: number): string => {
      const pair = linkedPair("wifi-home,loss=20%", { seed });
      const times: number[] = [];
      pair.device.stream.write(pattern(3_000));
      for (let i = 0; i < 2_000; i++) {
        pair.advanceMs(20);
        times.push(pair.broker?.bytes.length ?? 0);
      }
      return times.join();
    };
    assert.equal(run(5), run(5));
    assert.notEqual(run(5), run(6));
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
