// Owns the claim that who comes is there until it leaves, in the order of coming.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { PassersBy } from "../passers-by.ts";

describe("things that come and go", () => {
  test("are what a Set holds after the same steps, in the same order", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(9)), { maxLength: 200 }), (steps) => {
        const passersBy = new PassersBy<number>();
        const set = new Set<number>();
        const leaves: (() => boolean)[] = [];
        for (const leaving of steps) {
          if (leaving === null) {
            set.add(leaves.length);
            leaves.push(passersBy.add(leaves.length));
          } else {
            assert.equal(leaves[leaving]?.() ?? false, set.delete(leaving));
          }
          assert.deepEqual(passersBy.all(), [...set]);
        }
      }),
    );
  });

  test("may leave, and may bring others, while all of them are told", () => {
    const passersBy = new PassersBy<() => void>();
    const told: string[] = [];
    const leave = passersBy.add(() => {
      told.push("first");
      leave();
      passersBy.add(() => told.push("later"));
    });
    passersBy.add(() => told.push("second"));
    for (const tell of passersBy.all()) tell();
    assert.deepEqual(told, ["first", "second"]);
    told.length = 0;
    for (const tell of passersBy.all()) tell();
    assert.deepEqual(told, ["second", "later"]);
  });
});
