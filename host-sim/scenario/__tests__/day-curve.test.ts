// Claims about the temperature that a simulated sensor measures.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../random/random.ts";
import { createDayCurve, type Temperature } from "../day-curve.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SEEDS = [1, 2, 3, 4, 5];

function curve(seed: number): Temperature {
  return createDayCurve(createRandom(seed).stream("temperature"));
}

function everyMinuteOfDay(temperature: Temperature): readonly number[] {
  return Array.from({ length: 24 * 60 }, (_, minute) => temperature(minute * MINUTE_MS));
}

describe("the day curve", () => {
  for (const seed of SEEDS) {
    it(`of seed ${seed} stays within a spring day, and is warm by day and cold by night`, () => {
      const day = everyMinuteOfDay(curve(seed));
      assert.ok(day.every((value) => Number.isInteger(value) && value > 8000 && value < 26_000));
      assert.ok(Math.max(...day) - Math.min(...day) > 6000);
    });
  }

  it("moves slowly: no two seconds are more than a tenth of a degree apart", () => {
    const temperature = curve(7);
    for (let second = 0; second < 3600; second++) {
      const step = temperature((second + 1) * 1000) - temperature(second * 1000);
      assert.ok(Math.abs(step) < 100, `${step} at second ${second}`);
    }
  });

  it("moves at all: within a minute it can be seen in hundredths", () => {
    const temperature = curve(7);
    const seen = new Set(
      Array.from({ length: 60 }, (_, second) => Math.round(temperature(second * 1000) / 10)),
    );
    assert.ok(seen.size > 3);
  });

  it("is the same for the same seed however often it is asked, and another for another", () => {
    const [asked, fresh, other] = [curve(11), curve(11), curve(12)];
    for (let count = 0; count < 100; count++) asked(count);
    assert.equal(asked(DAY_MS / 3), fresh(DAY_MS / 3));
    assert.notDeepEqual(everyMinuteOfDay(other), everyMinuteOfDay(fresh));
  });
});
