// Owns the claims about reading the clock.

import { elapsedMs, hasElapsed, remainingMs } from "../client/clock";

describe("the clock", () => {
  it("counts on across its wrap at 2^32 ms", () => {
    expect<i32>(elapsedMs(0xffff_fff0, 0x10)).toBe(32);
    expect<u32>(remainingMs(0xffff_fff0, 100, 0x10)).toBe(68);
    expect<bool>(hasElapsed(0xffff_fff0, 32, 0x10)).toBe(true);
    expect<bool>(hasElapsed(0xffff_fff0, 33, 0x10)).toBe(false);
  });

  it("ends a duration exactly when it is over", () => {
    expect<bool>(hasElapsed(1000, 500, 1499)).toBe(false);
    expect<bool>(hasElapsed(1000, 500, 1500)).toBe(true);
    expect<u32>(remainingMs(1000, 500, 1499)).toBe(1);
    expect<u32>(remainingMs(1000, 500, 9999)).toBe(0);
  });

  it("ends nothing early when it steps back", () => {
    expect<u32>(remainingMs(1000, 500, 900)).toBe(500);
    expect<u32>(remainingMs(5, 500, 0xffff_fff0)).toBe(500);
  });

  it("has a duration of nothing over at once", () => {
    expect<bool>(hasElapsed(1000, 0, 1000)).toBe(true);
  });
});
