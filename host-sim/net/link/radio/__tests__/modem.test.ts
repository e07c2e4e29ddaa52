// Owns the claims about a radio: how long it takes to attach, and when it notices that it is gone.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createRandom } from "../../../../random/random.ts";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import type { Availability } from "../../availability.ts";
import type { RadioFigures } from "../figures.ts";
import { createRadio, type Kept, type Radio } from "../radio.ts";

const FIGURES: RadioFigures = {
  coldAttachMs: [4000, 4000],
  cachedAttachMs: [1300, 1500],
  keptAttachMs: [170, 170],
  attachRetryMs: 1100,
  beaconLossMs: 6000,
  announcedWhys: [],
  dhcpRetriesMs: [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000],
  modemSleep: null,
};

interface Spell {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly why?: string;
}

interface Bench {
  readonly clock: VirtualClock;
  readonly radio: Radio;
  /** State changes as `atMs state why`. */
  readonly log: readonly string[];
  /** When the last attachment that was asked for was done; null before. */
  attachedAtMs(): number | null;
  attach(): void;
}

function bench(
  change: Partial<RadioFigures> = {},
  spells: readonly Spell[] = [],
  { lossPerThousand = 0, seed = 1 } = {},
): Bench {
  const clock = new VirtualClock();
  const random = createRandom(seed).stream("radio");
  const radio = createRadio({ ...FIGURES, ...change }, airOf(spells), clock, random, lossPerThousand);
  const log: string[] = [];
  radio.onState((state, why) => log.push(`${clock.nowMs} ${state}${why === null ? "" : ` ${why}`}`));
  let doneMs: number | null = null;
  return {
    clock,
    radio,
    log,
    attachedAtMs: () => doneMs,
    attach() {
      doneMs = null;
      radio.attach(() => {
        doneMs = clock.nowMs;
      });
    },
  };
}

function airOf(spells: readonly Spell[]): Availability {
  const edges = spells.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
  return {
    downWhy: (atMs) =>
      spells.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)?.why ??
      (spells.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs) ? "outage" : null),
    nextChangeMs: (afterMs) => edges.filter((edgeMs) => edgeMs > afterMs).sort((a, b) => a - b)[0] ?? null,
  };
}

describe("a radio attaches", () => {
  const paths: readonly [Kept, number, number][] = [
    ["nothing", 4000, 4000],
    ["cache", 1300, 1500],
    ["everything", 170, 170],
  ];
  for (const [keeps, fromMs, toMs] of paths) {
    test(`within ${fromMs} to ${toMs} ms when it kept ${keeps}`, () => {
      const { clock, radio, attach, attachedAtMs } = bench();
      attach();
      clock.runUntil(10_000);
      assert.equal(attachedAtMs(), 4000, "the first time it knows nothing");
      radio.powerOff(keeps);
      attach();
      clock.runUntil(20_000);
      const tookMs = (attachedAtMs() ?? Number.NaN) - 10_000;
      assert.ok(fromMs <= tookMs && tookMs <= toMs, `${tookMs} ms`);
    });
  }

  test("cold when it lost its power before it had ever been attached, whatever it would have kept", () => {
    const { clock, radio, attach, attachedAtMs } = bench();
    attach();
    clock.runUntil(3999);
    radio.powerOff("everything");
    attach();
    clock.runUntil(20_000);
    assert.equal(attachedAtMs(), 7999);
  });

  test("cold after a restart that kept nothing, also when the one after it keeps everything", () => {
    const { clock, radio, attach, attachedAtMs } = bench();
    attach();
    clock.runUntil(10_000);
    radio.powerOff("nothing");
    radio.powerOff("everything");
    attach();
    clock.runUntil(20_000);
    assert.equal(attachedAtMs(), 14_000);
  });

  test("at once for who asks when it is attached, and once for all who wait, but not for who gave up", () => {
    const { clock, radio } = bench();
    const done: string[] = [];
    radio.attach(() => done.push("first"));
    const giveUp = radio.attach(() => done.push("gave up"));
    radio.attach(() => done.push("second"));
    giveUp();
    clock.runUntil(3999);
    assert.equal(done.length, 0);
    clock.runUntil(4000);
    radio.attach(() => done.push("third"));
    assert.deepEqual(done, ["first", "second", "third"]);
  });

  test("never when it is switched off meanwhile", () => {
    const { clock, radio, attach, attachedAtMs, log } = bench();
    attach();
    clock.runUntil(2000);
    radio.powerOff("nothing");
    clock.runUntil(100_000);
    assert.equal(attachedAtMs(), null);
    assert.deepEqual(log, ["0 attaching", "2000 off"]);
  });

  test("at the first attempt after the access point is back, and not before", () => {
    const { clock, attach, attachedAtMs } = bench({}, [{ fromMs: 0, untilMs: 90_000, why: "ap-gone" }]);
    attach();
    clock.runUntil(200_000);
    assert.equal(attachedAtMs(), 4000 + 79 * 1100);
    assert.equal(4000 + 78 * 1100 < 90_000, true);
  });

  test("through a night without an access point for less than a handful of events", () => {
    const { clock, attach, attachedAtMs } = bench({}, [{ fromMs: 0, untilMs: 8 * 3_600_000 }]);
    attach();
    let events = 0;
    while (clock.runNext()) events += 1;
    assert.ok(events <= 3, `${events} events`);
    assert.ok((attachedAtMs() ?? 0) >= 8 * 3_600_000);
  });
});

describe("DHCP", () => {
  test("repeats at 1, 2, 4, 8, 16, 32 and 60 s, and at 60 s from then on", () => {
    const waits = FIGURES.dhcpRetriesMs;
    const sums = new Set<number>();
    let sum = 0;
    for (let i = 0; i < 60; i++) {
      sums.add(sum);
      sum += waits[Math.min(i, waits.length - 1)] as number;
    }
    const seen = new Set<number>();
    for (let seed = 0; seed < 300; seed++) {
      const { clock, attach, attachedAtMs } = bench({}, [], { lossPerThousand: 400, seed });
      attach();
      clock.runUntil(3_600_000);
      const waitedMs = (attachedAtMs() ?? Number.NaN) - 4000;
      assert.ok(sums.has(waitedMs), `${waitedMs} ms`);
      seen.add(waitedMs);
    }
    for (const expected of [...sums].slice(0, 9))
      assert.ok(seen.has(expected), `${expected} ms never happened`);
  });

  test("fails as often as one of its four packets is lost", () => {
    const runs = 4000;
    let failed = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { clock, attach, attachedAtMs } = bench({}, [], { lossPerThousand: 100, seed });
      attach();
      clock.runUntil(4000);
      if (attachedAtMs() === null) failed += 1;
    }
    const expected = 1 - 0.9 ** 4;
    const sigma = Math.sqrt((expected * (1 - expected)) / runs);
    assert.ok(Math.abs(failed / runs - expected) < 4 * sigma, `${failed / runs} against ${expected}`);
  });

  test("is not needed with the lease kept, whatever the link loses", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { clock, radio, attach, attachedAtMs } = bench({}, [], { lossPerThousand: 300, seed });
      attach();
      clock.runUntil(100 * 60_000);
      radio.powerOff("everything");
      attach();
      clock.runUntil(101 * 60_000);
      assert.equal(attachedAtMs(), 100 * 60_000 + 170);
    }
  });

  test("is not there at all for a radio without it", () => {
    const { clock, attach, attachedAtMs } = bench({ dhcpRetriesMs: [] }, [], { lossPerThousand: 1000 });
    attach();
    clock.runUntil(4000);
    assert.equal(attachedAtMs(), 4000);
  });

  test("never ends on a link that loses everything", () => {
    const { clock, attach, attachedAtMs } = bench({}, [], { lossPerThousand: 1000 });
    attach();
    clock.runUntil(24 * 3_600_000);
    assert.equal(attachedAtMs(), null);
  });
});

describe("a radio that lost its access point", () => {
  test("notices after 6 s of silence, says why, and attaches again with what it knows of it", () => {
    const { clock, attach, log } = bench({}, [{ fromMs: 60_000, untilMs: 66_500, why: "ap-gone" }]);
    attach();
    clock.runUntil(200_000);
    assert.deepEqual(log.slice(0, 3), ["0 attaching", "4000 attached", "66000 attaching ap-gone"]);
    const backAtMs = Number(log[3]?.split(" ")[0]);
    assert.ok(67_300 <= backAtMs && backAtMs <= 67_500, log[3]);
    assert.equal(log.length, 4);
  });

  test("does not notice 5 s of silence, nor 5 s again a moment later", () => {
    const { clock, attach, log } = bench({}, [
      { fromMs: 60_000, untilMs: 65_000 },
      { fromMs: 65_100, untilMs: 70_100 },
    ]);
    attach();
    clock.runUntil(200_000);
    assert.deepEqual(log, ["0 attaching", "4000 attached"]);
  });

  test("takes silences for two reasons that follow each other for one", () => {
    const { clock, attach, log } = bench({}, [
      { fromMs: 60_000, untilMs: 64_000, why: "rain" },
      { fromMs: 64_000, untilMs: 68_000, why: "obstruction" },
    ]);
    attach();
    clock.runUntil(66_000);
    assert.equal(log.at(-1), "66000 attaching obstruction");
  });

  test("never notices as a zombie", () => {
    const { clock, attach, radio, log } = bench({ beaconLossMs: null }, [{ fromMs: 60_000, untilMs: 9e9 }]);
    attach();
    clock.runUntil(1e9);
    assert.deepEqual(log, ["0 attaching", "4000 attached"]);
    assert.equal(radio.state, "attached");
    assert.equal(radio.hears(), false);
    assert.equal(clock.nextMs, null, "and waits for nothing");
  });

  test("knows at once when it was told", () => {
    const { clock, attach, log } = bench({ announcedWhys: ["roam"] }, [
      { fromMs: 60_000, untilMs: 60_100, why: "roam" },
    ]);
    attach();
    clock.runUntil(60_000);
    assert.equal(log.at(-1), "60000 attaching roam");
  });

  test("stays off when who is told of the attachment cuts the power", () => {
    const { clock, radio, attach, attachedAtMs } = bench({}, [{ fromMs: 60_000, untilMs: 70_000 }]);
    radio.onState((state) => {
      if (state === "attached") radio.powerOff("nothing");
    });
    attach();
    clock.runUntil(200_000);
    assert.deepEqual([radio.state, attachedAtMs(), clock.nextMs], ["off", null, null]);
  });

  test("waits for nothing while it is off, or its air never goes away", () => {
    const { clock, attach, radio } = bench();
    attach();
    clock.runUntil(4000);
    assert.equal(clock.nextMs, null);
    const mortal = bench({}, [{ fromMs: 60_000, untilMs: 70_000 }]);
    mortal.attach();
    mortal.clock.runUntil(4000);
    assert.equal(mortal.clock.nextMs, 60_000);
    mortal.radio.powerOff("nothing");
    assert.equal(mortal.clock.nextMs, null);
    assert.equal(radio.state, "attached");
  });
});

describe("modem sleep", () => {
  const modemSleep = { beaconMs: 100, listenInterval: 3 };

  function attached(seed: number): Bench {
    const asleep = bench({ modemSleep }, [], { seed });
    asleep.attach();
    asleep.clock.runUntil(4000);
    return asleep;
  }

  test("holds what comes down until a beacon of its own, so for 0 to 300 ms, uniformly", () => {
    const shares = [0, 0, 0];
    const runs = 3000;
    for (let seed = 0; seed < runs; seed++) {
      const holdMs = attached(seed).radio.downlinkHoldMs(12_345.6);
      assert.ok(0 <= holdMs && holdMs < 300);
      const third = Math.floor(holdMs / 100);
      shares[third] = (shares[third] ?? 0) + 1;
    }
    const sigma = Math.sqrt((runs * 2) / 9);
    for (const share of shares) assert.ok(Math.abs(share - runs / 3) < 4 * sigma, shares.join());
  });

  test("lets all that comes between two beacons arrive with the second", () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.integer({ min: 4000, max: 100_000 }),
        fc.nat(299),
        (seed, atMs, laterMs) => {
          const { radio } = attached(seed);
          const beaconMs = atMs + radio.downlinkHoldMs(atMs);
          const laterBeaconMs = atMs + laterMs + radio.downlinkHoldMs(atMs + laterMs);
          const beacons = (laterBeaconMs - beaconMs) / 300;
          assert.ok(Math.abs(beacons - Math.round(beacons)) < 1e-6);
          assert.equal(Math.round(beacons), atMs + laterMs <= beaconMs ? 0 : 1);
        },
      ),
    );
  });

  test("holds nothing where the radio is always awake", () => {
    const { clock, attach, radio } = bench();
    attach();
    clock.runUntil(5000);
    assert.equal(radio.downlinkHoldMs(5000), 0);
  });
});
