// Claims about quantities as people write them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDurationMs, parseRateBitsPerSecond, parseSizeBytes, QuantityError } from "../quantity.ts";

describe("a duration", () => {
  for (const [text, ms] of [
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["1y", 31_536_000_000],
    ["0s", 0],
    ["1.5s", 1500],
    ["1.005s", 1005],
  ] as const) {
    it(`${text} is ${ms} milliseconds`, () => assert.equal(parseDurationMs(text), ms));
  }

  it("without a unit is refused, and the refusal names the units and gives examples", () => {
    assert.throws(() => parseDurationMs("30"), {
      name: "QuantityError",
      message:
        '"30" has no unit: write a number and one of ms, s, m, h, d, y, such as 250ms, 30s, 5m, 24h, 7d, 1y',
    });
  });

  it("finer than a millisecond is refused, not rounded to another one", () => {
    assert.throws(() => parseDurationMs("0.5ms"), /finer than one millisecond/);
  });

  for (const text of [
    "",
    "s",
    "-5s",
    "+5s",
    "5 s",
    "5S",
    "5sec",
    "1e3s",
    ".5s",
    "5.s",
    "0x10s",
    "NaNs",
    "5s6",
  ]) {
    it(`is not "${text}"`, () => assert.throws(() => parseDurationMs(text), QuantityError));
  }

  it("is not a name every object has", () => {
    assert.throws(() => parseDurationMs("1constructor"), QuantityError);
  });

  it("beyond what a number holds exactly is refused", () => {
    assert.throws(() => parseDurationMs("999999999y"), /too large/);
  });
});

describe("a rate", () => {
  for (const [text, bitsPerSecond] of [
    ["2400bit", 2400],
    ["64kbit", 64_000],
    ["2mbit", 2_000_000],
    ["1gbit", 1_000_000_000],
  ] as const) {
    it(`${text} is ${bitsPerSecond} bits per second`, () =>
      assert.equal(parseRateBitsPerSecond(text), bitsPerSecond));
  }

  it("takes no unit of another kind", () => {
    assert.throws(() => parseRateBitsPerSecond("64s"), /is not a rate.*kbit/);
    assert.throws(() => parseRateBitsPerSecond("64"), /has no unit/);
  });
});

describe("a size", () => {
  for (const [text, bytes] of [
    ["512B", 512],
    ["4KiB", 4096],
    ["1MiB", 1_048_576],
  ] as const) {
    it(`${text} is ${bytes} bytes`, () => assert.equal(parseSizeBytes(text), bytes));
  }

  it("does not guess whether 4kB means 4000 or 4096", () => {
    assert.throws(() => parseSizeBytes("4kB"), /is not a size.*KiB/);
    assert.throws(() => parseSizeBytes("4096"), /has no unit/);
  });
});
