// Owns the claims about chance that is asked for by number.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Points, philox4x32 } from "../philox.ts";
import { createRandom } from "../random.ts";

describe("the cipher", () => {
  test("gives the known answers of Random123", () => {
    const vectors: readonly [readonly number[], readonly [number, number], string][] = [
      [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
      [[-1, -1, -1, -1], [-1, -1], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
      [
        [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
        [0xa4093822, 0x299f31d0],
        "d16cfe09 94fdcceb 5001e420 24126ea1",
      ],
    ];
    for (const [counter, [key0, key1], expected] of vectors) {
      const words = Uint32Array.from(counter);
      philox4x32(words, key0, key1);
      assert.equal(Array.from(words, (word) => word.toString(16).padStart(8, "0")).join(" "), expected);
    }
  });
});

describe("a row of points", () => {
  const row = (seed = 1): Points => new Points(createRandom(seed).stream("row"));
  const take = (points: Points, point: number, count = 9): string => {
    points.goTo(point);
    return Array.from({ length: count }, () => points.u32()).join();
  };

  test("gives each point the same draws, whatever was asked for before", () => {
    const points = row();
    const forward = Array.from({ length: 50 }, (_, point) => take(points, point));
    for (let point = 49; point >= 0; point--) assert.equal(take(points, point), forward[point]);
    assert.equal(take(row(), 17), forward[17]);
    take(points, 30, 2);
    assert.equal(take(points, 17), forward[17]);
  });

  test("has no two points alike, nor two rows, nor a point that repeats itself", () => {
    const points = row();
    const draws = [0, 1, 2, 2 ** 32 - 1].map((point) => take(points, point, 40));
    draws.push(take(row(2), 0, 40));
    const words = draws.join().split(",");
    assert.equal(new Set(words).size, words.length);
  });

  test("is even from point to point", () => {
    const points = row();
    const tenths = new Array<number>(10).fill(0);
    const count = 20_000;
    for (let point = 0; point < count; point++) {
      const tenth = Math.floor(10 * points.goTo(point).unit());
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    // Five standard deviations.
    for (const hits of tenths)
      assert.ok(Math.abs(hits - count / 10) < 5 * Math.sqrt(count * 0.09), `${hits}`);
  });
});
