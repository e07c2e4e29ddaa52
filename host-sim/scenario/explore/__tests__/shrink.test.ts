// Claims about making a world that breaks a promise smaller.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "../../faults.ts";
import { USUAL_FIVE } from "../../five-terms.ts";
import type { World } from "../../world.ts";
import { shrink } from "../shrink.ts";

const HOUR_MS = 3_600_000;

function fault(kind: Fault["kind"], atMs: number): Fault {
  return { kind, atMs, durationMs: null, afterSteps: null };
}

const WORLD: World = {
  seed: 1,
  board: "esp8266",
  link: "geo-vsat,loss=2%",
  protocol: "3.1.1",
  five: USUAL_FIVE,
  qos: 2,
  devices: 3,
  everyMs: 1000,
  forMs: 6 * HOUR_MS,
  drainMs: HOUR_MS,
  pace: { keepAliveSeconds: 60, pingDeadlineMs: 0, connectTimeoutMs: 1, backoffBaseMs: 1, backoffMaxMs: 1 },
  hardware: { driftPpm: 50, clockStartMs: 9 },
  faults: Array.from({ length: 40 }, (_, index) => fault(index % 2 === 0 ? "cut" : "power", index * 60_000)),
  downlink: [{ atMs: 5, qos: 1 }],
};

/** Broken 10 s after the second power cut, whatever else there is. */
function secondPowerCut({ faults, forMs }: World): number | null {
  const atMs = faults.filter(({ kind }) => kind === "power")[1]?.atMs;
  return atMs === undefined || atMs + 10_000 > forMs ? null : atMs + 10_000;
}

function shrunk(trial = secondPowerCut, trialsMax = 1000) {
  return shrink(WORLD, trial(WORLD) ?? 0, trial, trialsMax);
}

describe("a world that breaks a promise", () => {
  it("still breaks it when it was shrunk", () => {
    const { world, atMs } = shrunk();
    assert.equal(secondPowerCut(world), atMs);
  });

  it("keeps no fault, command, device or overlay that it can do without", () => {
    const { world } = shrunk();
    assert.deepEqual(
      world.faults.map(({ kind }) => kind),
      ["power", "power"],
    );
    assert.deepEqual([world.downlink.length, world.devices, world.link], [0, 1, "perfect"]);
    assert.deepEqual(world.hardware, { driftPpm: 0, clockStartMs: 0 });
  });

  it("ends soon after the promise is broken", () => {
    const { world, atMs } = shrunk();
    assert.ok(world.forMs <= atMs + 1000, `${world.forMs} after ${atMs}`);
  });

  it("keeps what it needs, one thing at a time", () => {
    const needsAll = (world: World): number | null =>
      world.faults.length === 40 && world.devices === 3 ? 5 : null;
    assert.equal(shrunk(needsAll).world.faults.length, 40);
  });

  it("is left as it is when there is no time to try", () => {
    assert.deepEqual(shrunk(secondPowerCut, 0), { world: WORLD, atMs: secondPowerCut(WORLD), trials: 0 });
  });
});
