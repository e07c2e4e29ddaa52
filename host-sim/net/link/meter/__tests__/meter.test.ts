// Owns the claims about what a link's use costs, in bytes, money and charge.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import type { EnergyFigures } from "../figures.ts";
import { createMeter } from "../meter.ts";

/** nRF9160 on NB-IoT, Røstad 2020. */
const MODEM: EnergyFigures = { kind: "events", attachMc: 267, connectMc: 213.9, publishMc: 28.8 };
/** Round numbers. */
const CHIP: EnergyFigures = {
  kind: "currents",
  txMa: 150,
  airBitsPerSecond: 1_000_000,
  rxMa: 50,
  modemSleepMa: 15,
  deepSleepMa: 0.02,
};

describe("a meter", () => {
  test("adds up the bytes of each direction, and knows neither cost nor charge without figures", () => {
    const meter = createMeter({ cost: null, energy: null }, new VirtualClock());
    meter.mode("attached");
    meter.up(100, true);
    meter.up(40, false);
    meter.down(44);
    assert.deepEqual(meter.snapshot(), { bytesUp: 140, bytesDown: 44, costUsd: null, chargeMc: null });
  });

  test("costs by volume what both directions carried", () => {
    const cost = { kind: "volume", usdPerMegabyte: 5 } as const;
    const meter = createMeter({ cost, energy: null }, new VirtualClock());
    assert.equal(meter.snapshot().costUsd, 0);
    meter.up(300_000, true);
    meter.down(700_000);
    assert.equal(meter.snapshot().costUsd, 5);
  });

  test("costs by credits: each message is rounded up, and a look into an empty mailbox costs one", () => {
    const cost = { kind: "credits", creditBytes: 50, usdPerCredit: 0.25 } as const;
    const meter = createMeter({ cost, energy: null }, new VirtualClock());
    const creditsOf = (run: () => void): number => {
      const before = meter.snapshot().costUsd ?? Number.NaN;
      run();
      return ((meter.snapshot().costUsd ?? Number.NaN) - before) / cost.usdPerCredit;
    };
    assert.equal(
      creditsOf(() => meter.up(50, true)),
      1,
    );
    assert.equal(
      creditsOf(() => meter.up(51, true)),
      2,
    );
    assert.equal(
      creditsOf(() => meter.down(1)),
      1,
    );
    assert.equal(
      creditsOf(() => meter.up(0, false)),
      1,
    );
  });
});

describe("the charge of a modem whose events were measured", () => {
  test("is that of attaching, connecting and publishing; an ack and waiting are free", () => {
    const clock = new VirtualClock();
    const meter = createMeter({ cost: null, energy: MODEM }, clock);
    const chargeMc = (): number => Math.round((meter.snapshot().chargeMc ?? Number.NaN) * 10) / 10;
    assert.equal(chargeMc(), 0);
    meter.mode("attaching");
    assert.equal(chargeMc(), 0);
    meter.mode("attached");
    assert.equal(chargeMc(), 267);
    meter.connected();
    meter.up(40, false);
    meter.up(80, true);
    assert.equal(chargeMc(), 480.9, "CONNECT is part of connecting");
    meter.up(576, true);
    meter.up(40, false);
    clock.runUntil(3_600_000);
    assert.equal(chargeMc(), 509.7);
    meter.up(576, true);
    assert.equal(chargeMc(), 538.5, "a repetition costs as much again");
    meter.mode("attaching");
    meter.mode("attached");
    assert.equal(chargeMc(), 805.5);
  });
});

describe("the charge of a chip whose currents are known", () => {
  test("is current times time in each mode", () => {
    for (const [dozes, attachedMa] of [
      [true, 15],
      [false, 50],
    ] as const) {
      const clock = new VirtualClock();
      const meter = createMeter({ cost: null, energy: CHIP, dozes }, clock);
      clock.runUntil(100_000);
      assert.equal(meter.snapshot().chargeMc, 0, "without power");
      meter.mode("attaching");
      clock.runUntil(104_000);
      meter.mode("attached");
      clock.runUntil(114_000);
      assert.equal(meter.snapshot().chargeMc, 4 * 50 + 10 * attachedMa);
      meter.mode("asleep");
      clock.runUntil(214_000);
      meter.mode("off");
      clock.runUntil(900_000);
      assert.ok(Math.abs((meter.snapshot().chargeMc ?? 0) - (200 + 10 * attachedMa + 2)) < 1e-9);
    }
  });

  test("is more by the sender's current for as long as bytes are in the air", () => {
    const meter = createMeter({ cost: null, energy: CHIP, dozes: true }, new VirtualClock());
    meter.mode("attached");
    meter.up(125_000, true);
    assert.equal(meter.snapshot().chargeMc, 135);
  });

  test("does not depend on how often it is read", () => {
    const charge = (readings: number): number => {
      const clock = new VirtualClock();
      const meter = createMeter({ cost: null, energy: CHIP, dozes: true }, clock);
      meter.mode("attached");
      for (let i = 1; i <= readings; i++) {
        clock.runUntil((1000 * i) / readings);
        meter.snapshot();
      }
      return meter.snapshot().chargeMc ?? Number.NaN;
    };
    assert.ok(Math.abs(charge(1) - charge(777)) < 1e-9);
  });
});
