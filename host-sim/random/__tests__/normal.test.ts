// Owns the claims about the normal distribution's quantiles.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { normalQuantile } from "../normal.ts";

/** From tables, such as those of NIST's Engineering Statistics Handbook, 1.3.6.7.1, with more digits. */
const TABLE: readonly (readonly [p: number, z: number])[] = [
  [0.5, 0],
  [0.6, 0.2533471031358],
  [0.75, 0.674489750196082],
  [0.9, 1.2815515655446],
  [0.975, 1.959963984540054],
  [0.976, 1.977368428181934],
  [0.99, 2.326347874040841],
  [0.999, 3.090232306167813],
  [0.999999, 4.753424308822899],
  [1 - 1e-10, 6.361340902404],
];

describe("the normal quantile", () => {
  test("is that of the tables, in the middle and in both tails", () => {
    for (const [p, z] of TABLE) {
      near(normalQuantile(p), z);
      near(normalQuantile(1 - p), -z);
    }
  });

  test("rises everywhere, also where one approximation hands over to the other", () => {
    for (const around of [0.02425, 0.5, 1 - 0.02425]) {
      const values = Array.from({ length: 201 }, (_, i) => normalQuantile(around + (i - 100) * 1e-6));
      for (const [i, value] of values.slice(1).entries())
        assert.ok(value > (values[i] as number), `${around}`);
    }
  });

  test("is finite for the least and the most that a word of chance makes", () => {
    for (const p of [0.5 / 2 ** 32, 1 - 0.5 / 2 ** 32]) assert.ok(Math.abs(normalQuantile(p)) < 6.4);
  });
});

function near(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );
}
