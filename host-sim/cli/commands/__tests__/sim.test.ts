// Claims about `sim`: a run with the embedded broker in virtual time, its report to the letter, and how it is refused.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type StandIn, standIn, turns } from "../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../commands.ts";
import { main } from "../../main.ts";

const KEYS =
  "seed board link protocol devices image simulatedMs wallMs traceHash readings accepted refused delivered rejected lost " +
  "lostQos0 pending outcomeUnknown duplicates dropped excused statusPublished holds connections willsFired latencyMs " +
  "bytesUp bytesDown chargeMc costUsd clientBytes memoryGrowthBytes violations checked";

const STEP_MS = 5;
const LONGEST_MS = 200_000;
const MOST_TURNS_TO_START = 1_000_000;

interface Ended extends StandIn {
  readonly code: number;
}

/**
 * Lets the clock run as long as the command does, from when it waits for the first thing: to read its modules takes
 * time of this machine, which is not the run's. The broker needs turns of Node's loop, no time.
 */
async function ended(
  argv: readonly string[],
  atMs: Readonly<Record<number, (world: StandIn) => void>> = {},
): Promise<Ended> {
  const world = standIn();
  let code: number | undefined;
  void main(["sim", ...argv], world, COMMANDS).then((exitCode) => {
    code = exitCode;
  });
  for (let count = 0; code === undefined && world.clock.nextMs === null; count++) {
    assert.ok(count < MOST_TURNS_TO_START, "the run does not start");
    await turns();
  }
  while (code === undefined) {
    assert.ok(world.clock.nowMs < LONGEST_MS, "the run does not end");
    world.clock.runUntil(world.clock.nowMs + STEP_MS);
    atMs[world.clock.nowMs]?.(world);
    await turns();
  }
  return { ...world, code };
}

// biome-ignore lint/suspicious/noExplicitAny: what is asserted on is a JSON document
function reportOf({ stdout }: Ended): any {
  return JSON.parse(stdout.text);
}

/** Connected at once: WiFi takes seconds to. An option that is typed again counts in its last place. */
const RUN = ["--realtime", "--seed", "7", "--json", "--link", "perfect,delay=4ms,loss=1%"];

describe("a run on a good link", () => {
  it("ends with 0, the whole report on stdout, and words on stderr", async () => {
    const world = await ended([...RUN, "--link", "perfect", "--for", "5s", "--every", "500ms"]);
    const report = reportOf(world);
    assert.equal(world.code, 0);
    assert.equal(Object.keys(report).join(" "), KEYS);
    assert.equal(world.stdout.text.trim().split("\n").length, 1);
    assert.match(world.stderr.text, /10 readings taken, 10 received, none lost/);
  });

  it("reports what it was, what came, and null for what is not modelled", async () => {
    const report = reportOf(await ended([...RUN, "--link", "perfect", "--for", "5s", "--every", "500ms"]));
    const { image, traceHash, bytesUp, bytesDown, latencyMs, wallMs, holds, checked, chargeMc, ...rest } =
      report;
    assert.deepEqual(rest, {
      seed: 7,
      board: "esp8266",
      link: "perfect",
      protocol: "5",
      devices: 1,
      simulatedMs: 5000,
      readings: 10,
      accepted: { qos0: 0, qos1: 10, qos2: 0 },
      refused: 0,
      delivered: 10,
      rejected: 0,
      lost: 0,
      lostQos0: 0,
      pending: 0,
      outcomeUnknown: 0,
      duplicates: 0,
      dropped: { expired: 0, superseded: 0, overflow: 0, sessionLost: 0, notSupported: 0 },
      excused: {},
      statusPublished: 2,
      connections: 1,
      willsFired: 0,
      costUsd: null,
      clientBytes: 3072,
      memoryGrowthBytes: 0,
      violations: [],
    });
    for (const hash of [image, traceHash]) assert.match(hash, /^sha256:[0-9a-f]{64}$/);
    assert.ok(bytesUp > bytesDown && bytesDown > 0 && wallMs >= 5000);
    assert.equal(holds.ms, holds.readings * 500);
    assert.ok(checked["qos1-at-least-once"] >= 10);
    // 60 mA of a radio that does not sleep, for five seconds and the goodbye
    assert.ok(chargeMc >= 300 && chargeMc < 3000, String(chargeMc));
    assert.ok(
      latencyMs.p50 <= latencyMs.p90 && latencyMs.p90 <= latencyMs.p99 && latencyMs.p99 <= latencyMs.max,
    );
  });

  for (const qos of [0, 1, 2]) {
    for (const protocol of ["3.1", "3.1.1", "5"]) {
      it(`delivers every reading once at QoS ${qos} over MQTT ${protocol}`, async () => {
        const argv = [
          "--link",
          "perfect,delay=4ms,loss=1%",
          "--for",
          "3s",
          "--every",
          "250ms",
          "--qos",
          `${qos}`,
          "--protocol",
          protocol,
        ];
        const report = reportOf(await ended([...RUN, ...argv]));
        const { delivered, refused, duplicates, accepted, readings, lostQos0 } = report;
        assert.equal(report.protocol, protocol);
        // at QoS 0 what is taken before the first connection is lost, and nothing else
        assert.deepEqual([refused, duplicates, readings], [0, 0, 12]);
        assert.equal(delivered + lostQos0, accepted[`qos${qos}`]);
        assert.ok(qos === 0 ? lostQos0 <= 2 : delivered === 12);
      });
    }
  }

  it("prints the seed it has drawn, in words too", async () => {
    const world = await ended(["--realtime", "--for", "1s"]);
    assert.match(world.stdout.text, /seed (\d+)\n[\s\S]*\nSeed \1\.\n$/);
    assert.equal(world.stderr.text, "");
  });
});

describe("faults", () => {
  for (const [faults, qos, what] of [
    ["cut@2s", 1, "a cut"],
    ["cut@2s,cut@2100ms,cut@3s", 2, "cuts"],
    ["broker-restart@2s", 1, "a broker that restarts"],
    ["broker-restart@2s", 2, "a broker that restarts"],
  ] as const) {
    it(`${what} at QoS ${qos} loses nothing, and the will is heard each time`, async () => {
      // slow enough for the outbox to hold what comes while the device waits to connect again
      const argv = ["--for", "8s", "--every", "500ms", "--qos", `${qos}`, "--faults", faults];
      const world = await ended([...RUN, ...argv]);
      const { lost, pending, delivered, readings, willsFired, connections, violations, dropped } =
        reportOf(world);
      assert.deepEqual([world.code, lost, pending, violations], [0, 0, 0, []]);
      assert.equal(delivered + dropped.sessionLost, readings);
      assert.ok(willsFired >= 1 && connections >= 2);
      assert.match(
        world.stderr.text,
        /status offline \(the will fired\)[\s\S]*status online[\s\S]*status offline\n/,
      );
    });
  }

  it("a broker that forgets does not break a promise at QoS 1", async () => {
    const argv = ["--for", "8s", "--every", "500ms", "--faults", "broker-forget@2s"];
    const report = reportOf(await ended([...RUN, ...argv]));
    assert.deepEqual([report.lost, report.delivered, report.violations], [0, report.readings, []]);
  });

  it("a power cut begins a new life; what went with it is lost, and excused", async () => {
    const argv = ["--for", "12s", "--every", "100ms", "--faults", "blackhole=500ms@1500ms,power@1900ms"];
    const world = await ended([...RUN, ...argv]);
    const { lost, excused, readings, delivered, pending, dropped } = reportOf(world);
    assert.ok(lost > 0);
    assert.deepEqual([world.code, excused["qos1-at-least-once"]], [0, lost]);
    assert.equal(readings, delivered + lost + dropped.overflow);
    assert.equal(pending, 0);
    assert.match(world.stderr.text, /power off[\s\S]*power on[\s\S]*reading 1: [\s\S]*reading 2: /);
  });

  it("readings that waited longer than --expiry are dropped, and no other", async () => {
    const argv = ["--for", "20s", "--every", "500ms", "--faults", "blackhole=8s@4s"];
    const forEver = reportOf(await ended([...RUN, ...argv]));
    assert.equal(forEver.dropped.expired, 0);
    const world = await ended([...RUN, ...argv, "--expiry", "1s"]);
    const { lost, delivered, dropped, readings, pending } = reportOf(world);
    assert.ok(dropped.expired > 0 && delivered > 0);
    assert.deepEqual([world.code, lost, pending], [0, 0, 0]);
    assert.equal(readings, delivered + dropped.expired + dropped.overflow);
  });

  it("a blackhole that outlasts the run ends with it", async () => {
    const argv = ["--for", "2s", "--every", "200ms", "--faults", "blackhole=10m@1s"];
    const { lost, pending, delivered, readings } = reportOf(await ended([...RUN, ...argv]));
    assert.deepEqual([lost, pending, delivered], [0, 0, readings]);
  });
});

describe("several devices", () => {
  it("are counted together, and each says goodbye", async () => {
    const argv = ["--devices", "3", "--for", "2s", "--every", "500ms", "--faults", "cut@1s"];
    const world = await ended([...RUN, ...argv]);
    const { readings, delivered, willsFired, connections } = reportOf(world);
    assert.deepEqual([readings, delivered, willsFired, connections], [12, 12, 3, 6]);
    assert.equal(world.stderr.text.match(/status offline\n/g)?.length, 3);
  });
});

describe("Ctrl-C", () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`as ${signal} says goodbye, prints the report and exits with ${code}`, async () => {
      const world = await ended([...RUN, "--every", "200ms"], {
        2000: ({ signals }) => void signals.emit(signal),
      });
      const { readings, delivered, pending } = reportOf(world);
      assert.equal(world.code, code);
      assert.ok(readings > 5);
      assert.deepEqual([delivered, pending], [readings, 0]);
      assert.match(world.stderr.text, /status offline\n[\s\S]*Said goodbye: the status is offline\./);
      assert.deepEqual(world.exits, []);
    });
  }

  it("while the link is down says goodbye all the same, within its five seconds", async () => {
    const argv = ["--every", "200ms", "--faults", "blackhole=1h@2s"];
    const world = await ended([...RUN, ...argv], { 3000: ({ signals }) => void signals.emit("SIGINT") });
    assert.equal(world.code, 130);
    const { delivered, readings } = reportOf(world);
    assert.equal(delivered, readings);
    assert.match(world.stderr.text, /Said goodbye: the status is offline\./);
    assert.ok(world.clock.nowMs < 8000);
  });
});

describe("--trace", () => {
  it("writes a legend and then the lines whose hash is reported", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "sim-trace-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "run.trace");
    const report = reportOf(await ended([...RUN, "--for", "1s", "--trace", file]));
    const lines = readFileSync(file, "utf8").split("\n");
    const { createHash } = await import("node:crypto");
    const happenings = `${lines.filter((line) => line !== "" && !/^#|^\S+ \S+ (packet|segment) /.test(line)).join("\n")}\n`;
    assert.ok(lines[0]?.startsWith("# motekit recording") && /\d 1\.1 reading /.test(happenings));
    assert.equal(report.traceHash, `sha256:${createHash("sha256").update(happenings).digest("hex")}`);
  });
});

describe("wrong usage is 2, says what is accepted, and starts nothing:", () => {
  for (const [argv, complaint] of [
    [["--broker", "mqtt://host"], /--broker is for a real broker[\s\S]*Accepted: --realtime/],
    [["--tls-ca", "package.json"], /--tls-ca is for a real broker/],
    [["--link", "wifi-hom"], /did you mean wifi-home\?/],
    [["--board", "esp8226"], /did you mean esp8266\?/],
    [["--for", "2s", "--faults", "cut@2s"], /after the end of --for/],
    [["--expiry", "1500ms"], /cannot be said in MQTT[\s\S]*whole seconds/],
    [["--keep-alive", "1500ms"], /cannot be said in MQTT[\s\S]*whole seconds/],
    [["--trace", "/no/such/folder/x"], /cannot be written/],
    [["--realtime", "--board", "esp8226"], /did you mean esp8266\?[\s\S]*Accepted: .*esp8266/],
    [["--realtime", "--link", "wifi-hom"], /did you mean wifi-home\?/],
    [["--realtime", "--link", "wifi-home,outag=8s@25s"], /did you mean outage\?/],
    [["--realtime", "--evry", "2s"], /unknown option '--evry' \(did you mean --every\?\)/],
    [["--realtime", "--every", "2"], /"2" has no unit/],
    [["--realtime", "--every", "2d"], /Accepted: --every 1ms to 24h/],
    [["--realtime", "--for", "0s"], /--for 0 takes no reading/],
    [["--realtime", "--protocol", "4"], /Accepted: 3\.1, 3\.1\.1, 5\./],
    [["--protocol", "3.1.1.1"], /Accepted: 3\.1, 3\.1\.1, 5 \(did you mean 3\.1\.1\?\)/],
    [["--realtime", "--qos", "3"], /whole number from 0 to 2/],
    [["--realtime", "--devices", "0"], /whole number from 1 to 100000/],
    [["--realtime", "--devices", "101"], /more than can be followed in real time/],
    [["--realtime", "--faults", "cutt@2s"], /no fault "cutt" \(did you mean cut\?\)[\s\S]*Accepted: cut@8s/],
    [["--realtime", "--faults", "link"], /random moments/],
    [["--realtime", "--for", "2s", "--faults", "cut@2s"], /after the end of --for/],
    [["--realtime", "--broker", "embeded"], /did you mean embedded\?/],
    [["--realtime", "--broker", "http://host"], /none of a broker's protocols/],
    [["--realtime", "--broker", "mqtt://host", "--faults", "broker-restart@1s"], /needs the embedded broker/],
    [["--realtime", "--broker", "mqtt://:secret@host"], /password was given without a user name/],
    [
      ["--realtime", "--broker", "mqtts://host", "--tls-ca", "/no/such/file"],
      /--tls-ca \/no\/such\/file cannot be read/,
    ],
    [["--realtime", "--broker", "mqtts://host", "--tls-cert", "package.json"], /go together/],
    [["--realtime", "--broker", "mqtt://host", "--tls-ca", "package.json"], /mqtt:\/\/ is not encrypted/],
    [["--realtime", "--username", "me"], /--username is for a broker at an address/],
    [["--realtime", "--password-file", "x"], /--password-file is for a broker at an address/],
    [["--realtime", "--trace", "/no/such/folder/run"], /--trace \/no\/such\/folder\/run cannot be written/],
    [["--realtime", "--dashboard"], /unknown option '--dashboard'/],
  ] as const) {
    it(`sim ${argv.join(" ")}`, async () => {
      const world = await ended(argv);
      assert.equal(world.code, 2);
      assert.match(world.stderr.text, complaint);
      assert.match(world.stderr.text, /Accepted/);
      assert.equal(world.stdout.text, "");
      assert.equal(world.clock.nextMs, null);
    });
  }

  it("no password is repeated", async () => {
    const world = await ended(["--realtime", "--broker", "mqtt://me:s3cret@host/path"]);
    assert.equal(world.code, 2);
    assert.doesNotMatch(world.stderr.text, /s3cret/);
  });
});

it("what is not built yet is 3, with the command that builds it", async () => {
  const root = mkdtempSync(join(tmpdir(), "sim-root-"));
  const { cpSync } = await import("node:fs");
  const world = standIn({ root });
  cpSync(join(standIn().root, "boards"), join(root, "boards"), { recursive: true });
  cpSync(join(standIn().root, "package.json"), join(root, "package.json"));
  const code = await main(["sim", "--realtime"], world, COMMANDS);
  rmSync(root, { recursive: true });
  assert.deepEqual([code, /not built yet[\s\S]*npm run build/.test(world.stderr.text)], [3, true]);
});
