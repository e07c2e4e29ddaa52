// Owns the claims about seeded chance.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createRandom, drawSeed, type RandomStream, Xoshiro128 } from "../random.ts";

const SEED = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("the generator", () => {
  test("gives the numbers of the reference implementation from the state 1, 2, 3, 4", () => {
    const generator = new Xoshiro128(Uint32Array.of(1, 2, 3, 4));
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    assert.deepEqual(take(generator, expected.length), expected);
  });
});

describe("a stream", () => {
  test("is the same in every version: its seeding is part of what a seed means", () => {
    const draws = take(createRandom(7).stream("loss"), 4);
    assert.deepEqual(draws, [2653318014, 1693433696, 230351498, 2293951957]);
  });

  test("depends on its seed and name alone, not on its neighbours", () => {
    fc.assert(
      fc.property(SEED, fc.string(), fc.array(fc.string()), (seed, name, others) => {
        const alone = take(createRandom(seed).stream(name), 8);
        const crowded = createRandom(seed);
        for (const other of new Set(others)) if (other !== name) crowded.stream(other).u32();
        assert.deepEqual(take(crowded.stream(name), 8), alone);
      }),
    );
  });

  test("differs from the streams of other names, scopes and seeds", () => {
    const random = createRandom(1);
    const streams = [
      random.stream("a"),
      random.stream("b"),
      random.scope("a").stream("a"),
      random.scope("b").stream("a"),
      random.scope("c").scope("a").stream("a"),
      createRandom(2).stream("a"),
      createRandom(2 ** 32 + 1).stream("a"),
    ];
    const firsts = streams.map((stream) => take(stream, 4).join());
    assert.equal(new Set(firsts).size, streams.length);
  });

  test("can be taken once only", () => {
    const random = createRandom(1);
    random.stream("loss");
    assert.throws(() => random.stream("loss"), /stream "loss" is already taken/);
    random.scope("loss");
    assert.throws(() => random.scope("loss"), /scope "loss" is already taken/);
  });

  test("takes as many draws for a certain outcome as for an uncertain one", () => {
    const certain = createRandom(3).stream("x");
    const uncertain = createRandom(3).stream("x");
    assert.equal(certain.chance(0), false);
    assert.equal(certain.chance(1), true);
    uncertain.chance(0.5);
    uncertain.chance(0.5);
    assert.equal(certain.u32(), uncertain.u32());
  });
});

describe("a distribution", () => {
  const COUNT = 40_000;
  const stream = createRandom(11).stream("distributions");

  test("unit and between stay in their range and fill it evenly", () => {
    const values = Array.from({ length: COUNT }, () => stream.between(-2, 6));
    assert.ok(values.every((value) => value >= -2 && value < 6));
    for (let bin = 0; bin < 8; bin++) {
      const share = values.filter((value) => Math.floor(value + 2) === bin).length / COUNT;
      assert.ok(Math.abs(share - 1 / 8) < 0.01, `bin ${bin} holds ${share}`);
    }
  });

  test("chance comes as often as it says", () => {
    for (const p of [0, 0.002, 0.3, 1]) {
      const share = Array.from({ length: COUNT }, () => stream.chance(p)).filter(Boolean).length / COUNT;
      assert.ok(Math.abs(share - p) <= (p === 0 || p === 1 ? 0 : 0.01), `${share} for ${p}`);
    }
  });

  test("exponential has its mean, and its median at mean times ln 2", () => {
    const values = Array.from({ length: COUNT }, () => stream.exponential(250)).sort((a, b) => a - b);
    assert.ok((values[0] as number) >= 0);
    near(values.reduce((sum, value) => sum + value, 0) / COUNT, 250);
    near(values[COUNT / 2] as number, 250 * Math.LN2);
  });

  test("lognormal has the quantiles of its logarithm's normal", () => {
    const values = Array.from({ length: COUNT }, () => stream.lognormal(1.24, 1.16)).sort((a, b) => a - b);
    near(values[COUNT / 2] as number, Math.exp(1.24));
    near(values[COUNT * 0.9] as number, Math.exp(1.24 + 1.2816 * 1.16));
    near(values[COUNT * 0.1] as number, Math.exp(1.24 - 1.2816 * 1.16));
  });

  test("pick takes each element equally often, and refuses an empty list", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < COUNT; i++) {
      const picked = stream.pick(["a", "b", "c"]);
      counts.set(picked, (counts.get(picked) ?? 0) + 1);
    }
    for (const name of ["a", "b", "c"]) near(counts.get(name) ?? 0, COUNT / 3);
    assert.throws(() => stream.pick([]), RangeError);
  });
});

describe("a seed", () => {
  test("is refused when it is no integer that keeps its value", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => createRandom(seed), RangeError);
  });

  test("can be drawn, and two draws differ", () => {
    const seeds = new Set(Array.from({ length: 8 }, drawSeed));
    assert.ok(seeds.size > 1);
    for (const seed of seeds) createRandom(seed);
  });
});

function take(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.u32());
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 0.05, `${actual} is not near ${expected}`);
}
