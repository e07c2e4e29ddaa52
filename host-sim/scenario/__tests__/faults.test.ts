// Claims about how faults are written.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeFault, type Fault, FaultError, parseFaults } from "../faults.ts";

const PLAIN = { durationMs: null, afterSteps: null } as const;

function faults(text: string): readonly Fault[] {
  return parseFaults(text).faults;
}

describe("a list of faults", () => {
  it("names each with its moment, in any order, and comes out in the order of the moments", () => {
    assert.deepEqual(faults("blackhole=6s@9s,cut@5s,power@250ms,broker-restart@1m,broker-forget@2h"), [
      { ...PLAIN, kind: "power", atMs: 250 },
      { ...PLAIN, kind: "cut", atMs: 5000 },
      { ...PLAIN, kind: "blackhole", atMs: 9000, durationMs: 6000 },
      { ...PLAIN, kind: "broker-restart", atMs: 60_000 },
      { ...PLAIN, kind: "broker-forget", atMs: 7_200_000 },
    ]);
  });

  it("may say how long the power is away, and for how many steps a fault waits", () => {
    assert.deepEqual(faults("power=5s@1s+3,cut@2s+0"), [
      { kind: "power", atMs: 1000, durationMs: 5000, afterSteps: 3 },
      { kind: "cut", atMs: 2000, durationMs: null, afterSteps: 0 },
    ]);
  });

  it("may have the same fault twice", () => {
    assert.equal(faults("cut@1s,cut@2s").length, 2);
  });

  it("may name families, once each and in one order whatever was typed", () => {
    assert.deepEqual(parseFaults("power,cut@1s,link,power").families, ["link", "power"]);
    assert.deepEqual(parseFaults("all").families, ["link", "power", "flash", "broker", "peer"]);
    assert.deepEqual(parseFaults("none"), { faults: [], families: [] });
  });

  it("reads again what it describes", () => {
    const written = faults("cut@5s,blackhole=6s@9s,broker-forget@10s,power=3s@11s+4,sleep=1m@12s");
    assert.deepEqual(faults(written.map(describeFault).join(",")), written);
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
    ["takeover=1s@5s", /takeover takes no duration/],
    ["blackhole=1s@5s+3", /blackhole does not count steps/],
    ["cut@5s+x", /a number of steps/],
    ["cut@5s+", /a number of steps/],
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

  it("a mistyped name is told apart, so that the nearest can be suggested", () => {
    assert.throws(
      () => parseFaults("blackhol=3s@8s"),
      (error) => error instanceof FaultError && error.typed === "blackhol",
    );
  });
});
