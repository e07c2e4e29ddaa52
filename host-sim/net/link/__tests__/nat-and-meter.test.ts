// Owns the claims about what a NAT does to a stream, and what a stream costs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pattern } from "../../__tests__/recorded-stream.ts";
import { layeredPair, RADIO } from "./layered-pair.ts";

const MINUTE_MS = 60_000;

describe("a NAT on the way", () => {
  test("that is silent swallows both directions after its idle time, and nobody is told", () => {
    const pair = layeredPair({ figures: { nat: { idleMs: 270_000, isSilent: true } } });
    const device = pair.dial();
    pair.advanceMs(269_000);
    device.stream.write(pattern(5));
    pair.advanceMs(269_000);
    assert.equal(pair.accepted[0]?.bytes.length, 5, "a packet in time keeps the mapping");
    pair.advanceMs(2000);
    device.stream.write(pattern(5, 5));
    pair.accepted[0]?.stream.write(pattern(3));
    pair.advanceMs(5 * MINUTE_MS);
    assert.deepEqual([device.events.at(-1), pair.accepted[0]?.bytes.length], ["open", 5]);
    const again = pair.dial();
    pair.advanceMs(1000);
    assert.deepEqual(again.events, ["open"], "a new connection passes");
  });

  test("that is not silent gives the device a reset at its next packet, and the broker nothing", () => {
    const pair = layeredPair({ figures: { nat: { idleMs: 270_000, isSilent: false } } });
    const device = pair.dial();
    pair.advanceMs(300_000);
    pair.accepted[0]?.stream.write(pattern(3));
    pair.advanceMs(1000);
    assert.equal(device.isClosed, false);
    device.stream.write(pattern(5));
    pair.advanceMs(19);
    assert.equal(device.isClosed, false);
    pair.advanceMs(1);
    assert.equal(device.error?.kind, "reset");
    assert.deepEqual(pair.accepted[0]?.events, ["open"]);
  });

  test("that forgets everything now does so without an idle moment", () => {
    const pair = layeredPair();
    const device = pair.dial();
    pair.advanceMs(100);
    pair.middlebox.dropAll();
    device.stream.write(pattern(5));
    pair.advanceMs(MINUTE_MS);
    assert.equal(pair.accepted[0]?.bytes.length, 0);
  });
});

describe("the meter of a link", () => {
  test("counts headers, and each repetition again, but nothing that a detached radio never sent", () => {
    const pair = layeredPair({ figures: { radio: RADIO } });
    const device = pair.dial();
    assert.equal(pair.meter.snapshot().bytesUp, 0);
    pair.advanceMs(2000);
    const opened = pair.meter.snapshot();
    assert.deepEqual([opened.bytesUp, opened.bytesDown], [84, 44], "SYN and SYN-ACK with MSS, ACK");
    device.stream.write(pattern(100));
    pair.advanceMs(1000);
    const sent = pair.meter.snapshot();
    assert.deepEqual([sent.bytesUp, sent.bytesDown], [224, 84]);
    pair.link.blackhole(4000);
    device.stream.write(pattern(100));
    pair.advanceMs(20_000);
    const repeated = pair.meter.snapshot().bytesUp - sent.bytesUp;
    assert.ok(repeated >= 280 && repeated % 140 === 0, `${repeated} bytes for two or more times 140`);
    pair.dialer.powerOff("nothing");
    const before = pair.meter.snapshot().bytesUp;
    pair.accepted[0]?.stream.write(pattern(5));
    pair.advanceMs(MINUTE_MS);
    assert.equal(pair.meter.snapshot().bytesUp, before);
  });

  test("follows the radio: a modem's attachment and connection are charged when they happen", () => {
    const energy = { kind: "events", attachMc: 267, connectMc: 213.9, publishMc: 28.8 } as const;
    const pair = layeredPair({ figures: { radio: RADIO, energy } });
    pair.dial();
    pair.advanceMs(999);
    assert.equal(pair.meter.snapshot().chargeMc, 0);
    pair.advanceMs(1);
    assert.equal(pair.meter.snapshot().chargeMc, 480.9);
  });

  test("knows a device that sleeps from one without power", () => {
    const energy = {
      kind: "currents",
      txMa: 50,
      airBitsPerSecond: 1e6,
      rxMa: 50,
      modemSleepMa: 15,
      deepSleepMa: 0.02,
    } as const;
    for (const [keeps, expectedMc] of [
      ["nothing", 0],
      ["cache", 20],
      ["everything", 20],
    ] as const) {
      const pair = layeredPair({ figures: { energy } });
      pair.dial();
      pair.advanceMs(100);
      pair.dialer.powerOff(keeps);
      const before = pair.meter.snapshot().chargeMc ?? Number.NaN;
      pair.advanceMs(1_000_000);
      assert.ok(Math.abs((pair.meter.snapshot().chargeMc ?? Number.NaN) - before - expectedMc) < 1e-9);
    }
  });
});
