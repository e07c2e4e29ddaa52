// Owns the claims about what befalls a link in continuous time: spells, outages and fades.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { type Availability, availabilityOf } from "../availability.ts";
import { createFades } from "../fades.ts";
import { type Length, Lengths } from "../length.ts";
import { parseLink } from "../overlay.ts";
import { type SpellSource, Spells } from "../spells.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

describe("a length", () => {
  const draws = 20_000;
  const drawn = (length: Length): readonly number[] => {
    const lengths = new Lengths(length, createRandom(4).stream("lengths"));
    return Array.from({ length: draws }, () => lengths.draw()).sort((a, b) => a - b);
  };
  const shareUnder = (values: readonly number[], ms: number): number =>
    values.filter((value) => value <= ms).length / draws;

  test("is drawn as its kind says", () => {
    assert.deepEqual(new Set(drawn({ kind: "constant", ms: 7 })), new Set([7]));
    const uniform = drawn({ kind: "uniform", fromMs: 100, toMs: 300 });
    assert.ok((uniform[0] as number) >= 100 && (uniform.at(-1) as number) < 300);
    assertShare(shareUnder(uniform, 150), 0.25, draws);
    const exponential = drawn({ kind: "exponential", meanMs: 1_000 });
    assertShare(shareUnder(exponential, 1_000), 1 - Math.exp(-1), draws);
    const lognormal = drawn({ kind: "lognormal", medianMs: 4_000, sigma: 0.5 });
    assertShare(shareUnder(lognormal, 4_000), 0.5, draws);
    assertShare(shareUnder(lognormal, 4_000 * Math.exp(0.5)), 0.8413, draws);
  });

  test("is cut to its longest", () => {
    const cut = drawn({ kind: "lognormal", medianMs: 4_000, sigma: 2, maxMs: 5_000 });
    assert.equal(cut.at(-1), 5_000);
    assertShare(shareUnder(cut, 4_000), 0.5, draws);
  });
});

describe("spells", () => {
  test("are the same however often somebody asks", () => {
    const watched = obstructed(9);
    const seldom = obstructed(9);
    for (let atMs = 0; atMs < HOUR_MS; atMs += 100) {
      const why = watched.downWhy(atMs);
      if (atMs % 60_000 === 0) assert.equal(seldom.downWhy(atMs), why);
    }
  });

  test("are drawn only as far as somebody asks", () => {
    const source: SpellSource & { draws: number } = {
      draws: 0,
      state: 0,
      next() {
        this.draws += 1;
        return 10;
      },
    };
    const spells = new Spells(0, source);
    spells.stateAt(95);
    assert.equal(source.draws, 10);
    assert.equal(spells.untilMs(95), 100);
    assert.equal(source.draws, 10);
  });
});

describe("an availability", () => {
  test("changes at each moment that it names, and at none that it does not", () => {
    for (const name of ["wifi-ap-reboot", "wifi-zombie", "iridium-rudics", "starlink-obstructed"]) {
      for (const figures of parseLink(name).availability) {
        const part = availabilityOf(figures, 0, createRandom(3).stream("spells"));
        let atMs = 0;
        for (let i = 0; i < 500; i++) {
          const why = part.downWhy(atMs);
          const nextMs = part.nextChangeMs(atMs) as number;
          assert.equal(part.downWhy((atMs + nextMs) / 2), why);
          assert.notEqual(part.downWhy(nextMs), why);
          atMs = nextMs;
        }
      }
    }
  });

  test("leaves a phase out as often as its share says", () => {
    const [figures] = parseLink("wifi-roam").availability;
    assert.ok(figures !== undefined);
    const part = availabilityOf(figures, 0, createRandom(6).stream("spells"));
    const begun = { "off-channel": 0, roaming: 0 };
    forEachSpell(part, 2_000 * HOUR_MS, (why) => {
      if (why === "off-channel" || why === "roaming") begun[why] += 1;
    });
    assertShare(begun.roaming / begun["off-channel"], 0.2, begun["off-channel"]);
  });
});

describe("a dish behind a ridge", () => {
  test("is obstructed as its history was: how long, how often, and for which share of the time", () => {
    const downs: number[] = [];
    const starts: number[] = [];
    const untilMs = 1_000 * HOUR_MS;
    forEachSpell(obstructed(11), untilMs, (why, fromMs, toMs) => {
      if (why === null) return;
      assert.equal(why, "obstruction");
      downs.push((toMs - fromMs) / 1_000);
      starts.push(fromMs / 1_000);
    });
    const apart = starts.slice(1).map((start, i) => start - (starts[i] as number));
    // 170,000 outages put the quantiles within a percent: what is left is the fit's own error.
    assertNear(quantile(downs, 0.5), Math.exp(1.24), 0.02);
    assertNear(quantile(downs, 0.9), 14.2, 0.1);
    assert.equal(quantile(downs, 1), 59.6);
    assertNear(quantile(apart, 0.5), 11.8, 0.03);
    assertNear(quantile(apart, 0.9), 45, 0.03);
    const downShare = downs.reduce((sum, s) => sum + s, 0) / (untilMs / 1_000);
    assertNear(downShare, 0.3, 0.03);
  });

  test("has more than a million outages a year, which nobody waits for", () => {
    let outages = 0;
    forEachSpell(obstructed(1), YEAR_MS, (why) => {
      if (why !== null) outages += 1;
    });
    assert.ok(outages > 1_000_000, `${outages}`);
    const whole = obstructed(1);
    whole.downWhy(0);
    assert.notEqual(whole.nextChangeMs(YEAR_MS), null);
  });
});

describe("fades", () => {
  const figures = {
    why: "rain",
    clearMs: { kind: "constant", ms: 1_000 },
    fadeMs: { kind: "constant", ms: 700 },
    steps: [0.8, 0.5, 0.1, 0].map((factor) => ({ upFactor: factor, downFactor: factor / 2 })),
  } as const;

  function walk(seed: number): readonly { readonly up: number; readonly ms: number }[] {
    const fades = createFades(figures, 0, createRandom(seed).stream("fades"));
    const seen: { up: number; ms: number }[] = [];
    let atMs = 0;
    while (seen.length < 600) {
      const nextMs = fades.nextChangeMs(atMs) as number;
      const up = fades.upFactorAt(atMs);
      assert.equal(fades.downFactorAt(atMs), up === 1 ? 1 : up / 2);
      assert.equal(fades.downWhy(atMs), up === 0 ? "rain" : null);
      seen.push({ up, ms: nextMs - atMs });
      atMs = nextMs;
    }
    return seen;
  }

  test("go down step by step to one that is drawn, and back the same way", () => {
    const words = walk(1)
      .map(({ up }) => up)
      .join(" ");
    const fades = words.split(/(?:^| )1 /).filter((fade) => fade !== "");
    assert.deepEqual(
      new Set(fades.slice(0, -1).map((fade) => fade.trim())),
      new Set(["0.8", "0.8 0.5 0.8", "0.8 0.5 0.1 0.5 0.8", "0.8 0.5 0.1 0 0.1 0.5 0.8"]),
    );
  });

  test("last as long as was drawn, however deep they are, with clear weather in between", () => {
    let fadeMs = 0;
    for (const { up, ms } of walk(2)) {
      if (up !== 1) fadeMs += ms;
      else {
        assertNear(ms, 1_000, 1e-9);
        if (fadeMs > 0) assertNear(fadeMs, 700, 1e-9);
        fadeMs = 0;
      }
    }
  });

  test("of a dish in showers have a median of four minutes", () => {
    const { fades } = parseLink("geo-rain");
    assert.ok(fades !== null);
    const part = createFades(fades, 0, createRandom(8).stream("fades"));
    const lengths: number[] = [];
    let fromMs = Number.NaN;
    for (let atMs = 0; lengths.length < 4_000; atMs = part.nextChangeMs(atMs) as number) {
      const isClear = part.upFactorAt(atMs) === 1;
      if (isClear && !Number.isNaN(fromMs)) lengths.push(atMs - fromMs);
      if (isClear) fromMs = Number.NaN;
      else if (Number.isNaN(fromMs)) fromMs = atMs;
    }
    assertShare(lengths.filter((ms) => ms <= 240_000).length / lengths.length, 0.5, lengths.length);
  });
});

function obstructed(seed: number): Availability {
  const [figures] = parseLink("starlink-obstructed").availability;
  assert.ok(figures !== undefined);
  return availabilityOf(figures, 0, createRandom(seed).stream("spells"));
}

function forEachSpell(
  part: Availability,
  untilMs: number,
  visit: (why: string | null, fromMs: number, toMs: number) => void,
): void {
  for (let atMs = 0; atMs < untilMs; ) {
    const why = part.downWhy(atMs);
    const nextMs = part.nextChangeMs(atMs) as number;
    visit(why, atMs, nextMs);
    atMs = nextMs;
  }
}

/** Within five standard errors of a share of `samples` independent ones. */
function assertShare(actual: number, expected: number, samples: number): void {
  const tolerance = 5 * Math.sqrt((expected * (1 - expected)) / samples);
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected} ± ${tolerance}`);
}

function assertNear(actual: number, expected: number, relative: number): void {
  assert.ok(
    Math.abs(actual / expected - 1) <= relative,
    `${actual} is not ${expected} ± ${100 * relative} %`,
  );
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
