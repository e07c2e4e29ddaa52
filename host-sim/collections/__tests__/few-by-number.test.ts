// Owns the claim that it is a Map, whatever comes and goes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { FewByNumber } from "../few-by-number.ts";

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("set"), number: fc.nat(40), value: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("delete"), number: fc.nat(40), value: fc.constant(0) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "clear", number: 0, value: 0 }) },
);

describe("few values by number", () => {
  test("are what a Map holds after the same steps, in the same order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const few = new FewByNumber<number>();
        const map = new Map<number, number>();
        for (const { kind, number, value } of steps) {
          if (kind === "clear") {
            few.clear();
            map.clear();
          } else if (kind === "set") {
            few.set(number, value);
            map.set(number, value);
          } else {
            assert.equal(few.delete(number), map.delete(number));
          }
          assert.equal(few.size, map.size);
          assert.equal(few.has(number), map.has(number));
          assert.equal(few.get(number), map.get(number));
        }
        assert.deepEqual([...few], [...map]);
        assert.deepEqual([...few.values()], [...map.values()]);
      }),
    );
  });
});
