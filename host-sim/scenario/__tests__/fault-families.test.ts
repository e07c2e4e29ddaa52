// Claims about faults at random moments.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../random/random.ts";
import { drawFaults, kindsOf } from "../fault-families.ts";
import { describeFault, FAMILIES, FAULT_SHAPES, parseFaults } from "../faults.ts";

const HOUR_MS = 3_600_000;
const ALL = kindsOf(FAMILIES);

function drawn(seed: number, forMs = 100 * HOUR_MS) {
  return drawFaults({ kinds: ALL, forMs, everyMs: HOUR_MS / 4 }, createRandom(seed).stream("faults"));
}

describe("faults at random moments", () => {
  it("are the same for the same seed, and others for another", () => {
    assert.deepEqual(drawn(1), drawn(1));
    assert.notDeepEqual(drawn(1), drawn(2));
  });

  it("come as often as asked for, within the run, in order, at whole milliseconds", () => {
    const faults = drawn(3);
    // 400 expected: a Poisson count is within five standard deviations, 100
    assert.ok(Math.abs(faults.length - 400) < 100, String(faults.length));
    for (const [index, { atMs }] of faults.entries()) {
      assert.ok(Number.isInteger(atMs) && atMs >= 0 && atMs < 100 * HOUR_MS);
      assert.ok(atMs >= (faults[index - 1]?.atMs ?? 0));
    }
  });

  it("are of every kind of the families, and of no other", () => {
    assert.deepEqual(new Set(drawn(4).map(({ kind }) => kind)), new Set(ALL));
    const power = drawFaults(
      { kinds: kindsOf(["power"]), forMs: 100 * HOUR_MS, everyMs: HOUR_MS },
      createRandom(5).stream("faults"),
    );
    assert.ok(power.every(({ kind }) => FAULT_SHAPES[kind].family === "power"));
  });

  it("can be written down and read again as they are", () => {
    const faults = drawn(6);
    assert.deepEqual(parseFaults(faults.map(describeFault).join(",")).faults, faults);
  });

  it("seldom come alone when they are asked for in company: another follows while one lasts, or at the beginning", () => {
    const of = (companyShare: number) =>
      [...Array(300).keys()].map((seed) =>
        drawFaults(
          { kinds: ALL, forMs: 100 * HOUR_MS, everyMs: 10 * HOUR_MS, companyShare },
          createRandom(seed).stream("faults"),
        ),
      );
    const shareFollowed = (runs: ReturnType<typeof of>): number => {
      const gaps = runs.flatMap((faults) =>
        faults.slice(1).map(({ atMs }, index) => {
          const before = faults[index];
          return before !== undefined && atMs - before.atMs <= (before.durationMs ?? 0) + 10_000;
        }),
      );
      return gaps.filter((isClose) => isClose).length / gaps.length;
    };
    const early = (runs: ReturnType<typeof of>): number =>
      runs.filter(([first]) => first !== undefined && first.atMs < 10_000).length;
    assert.ok(shareFollowed(of(0)) < 0.05, String(shareFollowed(of(0))));
    assert.ok(Math.abs(shareFollowed(of(0.5)) - 0.5) < 0.05, String(shareFollowed(of(0.5))));
    assert.ok(early(of(0)) < 5);
    assert.ok(Math.abs(early(of(0.5)) - 150) < 50, String(early(of(0.5))));
  });

  it("do not move when another kind's draw needs more", () => {
    const [first] = kindsOf(["link"]);
    assert.ok(first !== undefined);
    const moments = (kinds: typeof ALL) =>
      drawFaults({ kinds, forMs: HOUR_MS * 10, everyMs: HOUR_MS }, createRandom(7).stream("faults")).map(
        ({ atMs }) => atMs,
      );
    assert.deepEqual(moments([first]), moments(ALL));
  });

  it("are none where no kind may come", () => {
    assert.deepEqual(
      drawFaults({ kinds: [], forMs: HOUR_MS, everyMs: 1 }, createRandom(8).stream("faults")),
      [],
    );
  });
});
