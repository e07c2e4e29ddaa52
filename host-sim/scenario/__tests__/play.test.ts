// Claims about worlds in simulated time: that they repeat to the byte, that nothing is lost in them, and what a run's end waits
// for.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Core, loadModule } from "../../device/core.ts";
import { parseFaults } from "../faults.ts";
import { USUAL_FIVE } from "../five-terms.ts";
import { type Equipment, type Played, playWhole } from "../play.ts";
import { countReadings } from "../report.ts";
import type { World } from "../world.ts";

const HOUR_MS = 3_600_000;
const CHILD = fileURLToPath(new URL("./support/play-once.ts", import.meta.url));
const BOARDS = new URL("../../../boards/", import.meta.url);

const WORLD: World = {
  seed: 42,
  board: "esp8266",
  link: "starlink-obstructed",
  protocol: "3.1.1",
  five: USUAL_FIVE,
  qos: 1,
  devices: 1,
  everyMs: 60_000,
  forMs: 6 * HOUR_MS,
  drainMs: HOUR_MS,
  pace: {
    keepAliveSeconds: 60,
    pingDeadlineMs: 0,
    connectTimeoutMs: 30_000,
    backoffBaseMs: 1000,
    backoffMaxMs: 120_000,
  },
  hardware: { driftPpm: -40, clockStartMs: 2 ** 32 - HOUR_MS },
  faults: [],
  downlink: [
    { atMs: HOUR_MS, qos: 1 },
    { atMs: 2 * HOUR_MS, qos: 2 },
  ],
};

const core = new Core(loadModule());

function played(world: Partial<World>, writeLine: Equipment["writeLine"] = null): Played {
  const whole = { ...WORLD, ...world };
  const board = JSON.parse(readFileSync(new URL(`${whole.board}.json`, BOARDS), "utf8"));
  return playWhole(whole, { core, board, writeLine });
}

function broken({ promises }: Played): readonly string[] {
  return promises.flatMap(({ name, broken }) => broken.map(({ what }) => `${name}: ${what}`));
}

describe("the same seed", () => {
  it("gives the same trace in another process", () => {
    const faults = parseFaults(
      "cut@30m,power=20s@1h+3,blackhole=5m@2h,broker-forget=30s@3h,sleep=4m@4h",
    ).faults;
    const world = { ...WORLD, faults };
    const argv = ["--import", "tsx", CHILD, JSON.stringify(world)];
    assert.equal(execFileSync(process.execPath, argv, { encoding: "utf8" }), played(world).traceHash);
  });

  it("gives the same trace whatever was played before it in the same memory", () => {
    const { traceHash } = played({ devices: 3 });
    played({ seed: 7, board: "linux", link: "gprs" });
    assert.equal(played({ devices: 3 }).traceHash, traceHash);
  });

  it("gives the same hash whether the run is recorded or not, and it is the hash of its lines but those of the wire", () => {
    const lines: string[] = [];
    const recorded = played({}, (line) => lines.push(line));
    const hashed = lines.filter((line) => !/^\S+ \S+ (packet|segment) /.test(line)).join("");
    assert.ok(hashed.length < lines.join("").length);
    assert.equal(recorded.traceHash, `sha256:${createHash("sha256").update(hashed).digest("hex")}`);
    assert.equal(played({}).traceHash, recorded.traceHash);
  });

  it("and another seed do not", () => {
    assert.notEqual(played({ seed: 43 }).traceHash, played({}).traceHash);
  });
});

describe("a day in simulated time", () => {
  for (const link of [
    "wifi-home",
    "starlink-obstructed",
    "geo-rain",
    "gprs",
    "nb-iot",
    "wifi-zombie",
    "iridium-rudics",
  ]) {
    for (const qos of [1, 2] as const) {
      it(`on ${link} loses nothing at QoS ${qos}`, () => {
        const run = played({ link, qos, everyMs: 300_000, forMs: 24 * HOUR_MS });
        const { lost, pending, refused, delivered, readings, dropped } = countReadings(run.ledger, qos);
        assert.deepEqual([lost, pending, refused, broken(run)], [0, 0, 0, []]);
        assert.equal(readings, 288);
        assert.equal(delivered + dropped.overflow, readings);
      });
    }
  }

  it("on a gateway for messages brings every reading that it has acknowledged", () => {
    const run = played({ link: "iridium-sbd", everyMs: 600_000, forMs: 24 * HOUR_MS });
    const { lost, pending, delivered, readings } = countReadings(run.ledger, 1);
    assert.deepEqual([lost, pending, delivered, broken(run)], [0, 0, readings, []]);
    assert.ok((run.result.costUsd ?? 0) > 10, "144 messages of two credits each");
  });
});

describe("a run", () => {
  it("whose power fails between any two steps breaks no promise", () => {
    for (let steps = 0; steps < 40; steps += 1) {
      const faults = parseFaults(`power=1s@10m+${steps},restart@20m+${steps},cut@30m+${steps}`).faults;
      for (const qos of [1, 2] as const) {
        const run = played({ link: "wifi-home", qos, everyMs: 5000, forMs: HOUR_MS, faults });
        assert.deepEqual(broken(run), [], `${steps} steps at QoS ${qos}`);
      }
    }
  });

  it("that sleeps goes on with its session and loses nothing", () => {
    const faults = parseFaults("sleep=3m@10m,sleep=10s@20m,sleep=40m@30m").faults;
    const run = played({ link: "gprs", qos: 2, everyMs: 5000, faults });
    const { lost, duplicates } = countReadings(run.ledger, 2);
    assert.deepEqual([lost, duplicates, broken(run)], [0, 0, []]);
    assert.equal(run.ledger.devices[0]?.life, 1);
  });

  it("delivers commands to the firmware, which obeys each once", () => {
    const lines: string[] = [];
    played({ link: "wifi-home" }, (line) => lines.push(line));
    assert.equal(lines.filter((line) => line.split(" ")[2] === "output").length, WORLD.downlink.length);
  });

  it("meters its link: a year of readings that nobody loses costs more on a link that does", () => {
    const clean = played({ link: "perfect", forMs: 24 * HOUR_MS }).result;
    const lossy = played({ link: "perfect,loss=20%", forMs: 24 * HOUR_MS }).result;
    assert.ok(lossy.bytesUp > clean.bytesUp * 1.1);
    assert.ok(clean.bytesUp > 1440 * 60);
  });

  it("leaves no memory behind in the image's memory", () => {
    played({});
    const before = core.memoryBytes;
    for (let seed = 0; seed < 20; seed += 1) played({ seed, forMs: HOUR_MS, devices: 5 });
    assert.equal(core.memoryBytes, before);
  });
});
