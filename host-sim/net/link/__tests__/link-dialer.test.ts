// Owns the claims about a stream that goes over one known link: when what arrives, and what each side hears. What holds over any
// link is for any-link.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pattern } from "../../__tests__/recorded-stream.ts";
import { linkedPair } from "./linked-pair.ts";

const MINUTE_MS = 60_000;

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
