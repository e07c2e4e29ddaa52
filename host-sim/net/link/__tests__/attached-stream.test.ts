// Owns the claims about streams whose device attaches, detaches and loses its power.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pattern } from "../../__tests__/recorded-stream.ts";
import { layeredPair, RADIO } from "./layered-pair.ts";

const MINUTE_MS = 60_000;

describe("a stream over a radio", () => {
  test("opens a round trip after the radio is attached, and carries what was written before", () => {
    const pair = layeredPair({ figures: { radio: RADIO } });
    const device = pair.dial();
    device.stream.write(pattern(10));
    pair.advanceMs(1019);
    assert.deepEqual([device.events, pair.accepted.length], [[], 1]);
    pair.advanceMs(1);
    assert.deepEqual(device.events, ["open"]);
    pair.advanceMs(100);
    assert.ok(pair.accepted[0]?.bytes.equals(pattern(10)));
  });

  test("can be given up before, and then never dials", () => {
    const pair = layeredPair({ figures: { radio: RADIO }, isTapped: true });
    const device = pair.dial();
    pair.advanceMs(500);
    device.stream.destroy();
    pair.advanceMs(MINUTE_MS);
    assert.deepEqual([device.events, device.error], [["close"], null]);
    assert.deepEqual(pair.segments, []);
    const again = pair.dial();
    pair.advanceMs(20);
    assert.deepEqual(again.events, ["open"], "the radio went on attaching by itself");
  });

  test("given up in the very moment of the attachment, does not dial either", () => {
    const pair = layeredPair({ figures: { radio: RADIO }, isTapped: true });
    const device = pair.dial();
    pair.radio.onState((state) => {
      if (state === "attached") device.stream.destroy();
    });
    pair.advanceMs(MINUTE_MS);
    assert.deepEqual([device.events, pair.accepted.length], [["close"], 0]);
    assert.ok(pair.segments.every(({ flags }) => !flags.includes("S")));
  });

  test("waits for an access point that is gone, for as long as it takes", () => {
    const pair = layeredPair({ figures: { radio: RADIO } });
    pair.silenceFromMs(0, 10 * MINUTE_MS);
    const device = pair.dial();
    pair.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(device.events, []);
    pair.advanceMs(1000);
    assert.deepEqual(device.events, ["open"]);
  });

  test("that is attached ends 6 s into a silence, and not in one of 5 s", () => {
    for (const [silenceMs, isNoticed] of [
      [5000, false],
      [6001, true],
    ] as const) {
      const pair = layeredPair({ figures: { radio: RADIO } });
      const device = pair.dial();
      pair.silenceFromMs(2000, silenceMs);
      pair.advanceMs(7999);
      assert.deepEqual(device.events, ["open"]);
      pair.advanceMs(MINUTE_MS);
      assert.equal(device.error?.kind ?? null, isNoticed ? "unreachable" : null);
      if (isNoticed) assert.match(device.error?.message ?? "", /ap-gone/);
      assert.deepEqual(pair.accepted[0]?.events, ["open"]);
      const again = pair.dial();
      pair.advanceMs(MINUTE_MS);
      assert.ok(again.events.includes("open"));
    }
  });

  test("hears late what comes down while the radio sleeps, in order, and is heard at once", () => {
    const modemSleep = { beaconMs: 100, listenInterval: 3 };
    const pair = layeredPair({ figures: { radio: { ...RADIO, modemSleep } } });
    const device = pair.dial();
    pair.advanceMs(2000);
    const broker = pair.accepted[0];
    assert.ok(broker !== undefined);
    const holds: number[] = [];
    let sent = 0;
    for (let i = 0; i < 200; i++) {
      const startMs = pair.clock.nowMs;
      device.stream.write(pattern(5, i * 5));
      pair.advanceMs(10);
      assert.equal(broker.bytes.length, 5 * (i + 1), "the device sends when it likes");
      broker.stream.write(pattern(3, sent));
      sent += 3;
      while (device.bytes.length < sent) pair.clock.runNext();
      holds.push(pair.clock.nowMs - startMs - 20);
      // Not from the arrival on: that is at a beacon, and the next would always wait as long.
      pair.clock.runUntil(2000 + (i + 1) * 1037);
    }
    assert.ok(device.bytes.equals(pattern(sent)));
    assert.ok(Math.min(...holds) > -0.001 && Math.max(...holds) < 300.001, `${Math.max(...holds)} ms`);
    assert.ok(Math.max(...holds) > 200 && Math.min(...holds) < 100);
  });
});

describe("a power cut", () => {
  test("says nothing to anybody: no packet, no handler, and the broker's end stays half-open", () => {
    const pair = layeredPair({ isTapped: true });
    const device = pair.dial();
    device.stream.write(pattern(10));
    pair.advanceMs(1000);
    const before = [...device.events];
    const packets = pair.segments.length;
    pair.dialer.powerOff("nothing");
    device.stream.destroy();
    pair.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(device.events, before);
    assert.equal(pair.segments.length, packets);
    assert.deepEqual(pair.accepted[0]?.events, ["open", "data"]);
  });

  test("in the middle of opening, or within a handler, is as silent", () => {
    const opening = layeredPair();
    const early = opening.dial();
    opening.advanceMs(15);
    opening.dialer.powerOff("nothing");
    opening.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(early.events, []);

    const within = layeredPair({ isTapped: true });
    const device = within.dial({ onOpen: () => within.dialer.powerOff("nothing") });
    within.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(device.events, ["open"]);
    assert.equal(within.segments.filter(({ way }) => way === "up").length, 2, "SYN, sent and arrived");
  });

  test("what the broker sends to a device without power is lost; to one that is on again, answered by a reset", () => {
    const off = layeredPair();
    off.dial();
    off.advanceMs(1000);
    off.dialer.powerOff("nothing");
    off.accepted[0]?.stream.write(pattern(5));
    off.advanceMs(MINUTE_MS);
    assert.deepEqual(off.accepted[0]?.events, ["open"]);

    const on = layeredPair();
    on.dial();
    on.advanceMs(1000);
    on.dialer.powerOff("nothing");
    const again = on.dial();
    on.advanceMs(1000);
    on.accepted[0]?.stream.write(pattern(5));
    on.advanceMs(1000);
    assert.equal(on.accepted[0]?.error?.kind, "reset");
    assert.deepEqual(again.events, ["open"]);
    assert.deepEqual(on.accepted[1]?.events, ["open"]);
  });

  test("while the radio attaches leaves no dial behind", () => {
    const pair = layeredPair({ figures: { radio: RADIO } });
    const device = pair.dial();
    pair.advanceMs(500);
    pair.dialer.powerOff("nothing");
    pair.advanceMs(MINUTE_MS);
    assert.deepEqual([device.events, pair.accepted.length], [[], 0]);
    const again = pair.dial();
    pair.advanceMs(1100);
    assert.deepEqual([again.events, pair.accepted.length], [["open"], 1]);
  });
});
