// Claims about how faults are written.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeFault, FaultError, parseFaults } from "../faults.ts";

describe("a list of faults", () => {
  it("names each with its moment, in any order, and comes out in the order of the moments", () => {
    assert.deepEqual(parseFaults("blackhole=6s@9s,cut@5s,power@250ms,broker-restart@1m,broker-forget@2h"), [
      { kind: "power", atMs: 250 },
      { kind: "cut", atMs: 5000 },
      { kind: "blackhole", atMs: 9000, durationMs: 6000 },
      { kind: "broker-restart", atMs: 60_000 },
      { kind: "broker-forget", atMs: 7_200_000 },
    ]);
  });

  it("may have the same fault twice", () => {
    assert.equal(parseFaults("cut@1s,cut@2s").length, 2);
  });

  it("reads again what it describes", () => {
    const faults = parseFaults("cut@5s,blackhole=6s@9s,broker-forget@10s");
    assert.deepEqual(parseFaults(faults.map(describeFault).join(",")), faults);
  });
});

describe("what is no fault is refused, and the message says why:", () => {
  for (const [text, complaint] of [
    ["", /there is no fault ""/],
    ["cutt@5s", /there is no fault "cutt"/],
    ["cut@5s,", /there is no fault ""/],
    ["cut", /"cut" does not say when/],
    ["cut@5", /"cut@5".*has no unit/],
    ["cut@soon", /is not a duration/],
    ["cut@5s@6s", /is not a duration/],
    ["cut=1s@5s", /cut takes no duration/],
    ["power=1s@5s", /power takes no duration/],
    ["blackhole@9s", /does not say how long/],
    ["blackhole=6@9s", /has no unit/],
    ["blackhole=0s@9s", /lasts no time/],
    ["blackhole=6s", /does not say when/],
  ] as const) {
    it(`"${text}"`, () => {
      assert.throws(
        () => parseFaults(text),
        (error) => error instanceof FaultError && complaint.test(error.message),
      );
    });
  }

  for (const family of ["link", "power", "flash", "broker", "peer", "all"]) {
    it(`the family "${family}", by name: random moments are for simulated time`, () => {
      assert.throws(
        () => parseFaults(`cut@1s,${family}`),
        new RegExp(`"${family}".*random moments.*simulated time`),
      );
    });
  }

  it("a mistyped name is told apart, so that the nearest can be suggested", () => {
    assert.throws(
      () => parseFaults("blackhol=3s@8s"),
      (error) => error instanceof FaultError && error.typed === "blackhol",
    );
  });
});
