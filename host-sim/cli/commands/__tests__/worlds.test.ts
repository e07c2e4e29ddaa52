// Claims about `explore`, `replay` and `shrink`: that a seed is the same world to all three, that a recording comes out as it was
// recorded, and what they say when it does not.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type StandIn, standIn, turns } from "../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../commands.ts";
import { main } from "../../main.ts";

interface Ended extends StandIn {
  readonly code: number;
}

const folder = mkdtempSync(join(tmpdir(), "motekit-worlds-"));
after(() => rmSync(folder, { recursive: true }));

/** Lets the command's own clock run as long as it does; `onTurn` may interrupt it. */
async function ended(
  argv: readonly string[],
  onTurn: (world: StandIn) => void = () => undefined,
): Promise<Ended> {
  const world = standIn();
  let code: number | undefined;
  void main(argv, world, COMMANDS).then((exitCode) => {
    code = exitCode;
  });
  while (code === undefined) {
    world.clock.runUntil(world.clock.nowMs + 1);
    onTurn(world);
    await turns();
  }
  return { ...world, code };
}

// biome-ignore lint/suspicious/noExplicitAny: what is asserted on is a JSON document
function json({ stdout }: Ended): any {
  return JSON.parse(stdout.text);
}

const WORLDS = ["--for", "10m", "--faults", "link,power,broker,peer"];
const SIM = ["sim", "--link", "gprs", "--for", "20m", "--every", "20s", "--faults", "link", "--seed", "9"];

describe("explore", () => {
  it("plays as many worlds as asked for, and says what every promise came to", async () => {
    const world = await ended(["explore", "--seeds", "6", "--jobs", "2", ...WORLDS, "--json"]);
    const report = json(world);
    assert.equal(world.code, 0);
    assert.deepEqual([report.seeds, report.start, report.violations], [6, 1, []]);
    const { qos0, qos1, qos2 } = report.accepted;
    assert.equal(report.readings, qos0 + qos1 + qos2 + report.refused);
    assert.ok(report.checked["ends-once"] > 0 && report.checked["legal-bytes"] > 0);
    assert.match(world.stderr.text, /qos2-exactly-once[\s\S]*6 worlds from seed 1/);
  });

  it("comes to the same sums whatever the number of processes", async () => {
    const sums = async (jobs: string) => {
      const { wallMs: _wallMs, ...rest } = json(
        await ended(["explore", "--seeds", "5", "--jobs", jobs, ...WORLDS, "--json"]),
      );
      return rest;
    };
    assert.deepEqual(await sums("1"), await sums("2"));
  });

  it("is worth the sum of its worlds, each replayed by itself", async () => {
    const explored = json(await ended(["explore", "--seeds", "3", "--start", "11", ...WORLDS, "--json"]));
    const single = await Promise.all(
      ["11", "12", "13"].map((seed) => ended(["replay", seed, ...WORLDS, "--json"])),
    );
    const reports = single.map(json);
    for (const name of ["readings", "delivered", "duplicates", "connections", "bytesUp"]) {
      const sum = reports.reduce((total, report) => total + report[name], 0);
      assert.equal(explored[name], sum, name);
    }
  });

  it("stops on Ctrl-C with what it has", async () => {
    let isAsked = false;
    const world = await ended(
      ["explore", "--seeds", "100000", "--jobs", "1", "--for", "1m", "--json"],
      ({ signals }) => {
        const plays = process.getActiveResourcesInfo().includes("ProcessWrap");
        if (isAsked || !plays) return;
        isAsked = true;
        signals.emit("SIGINT");
      },
    );
    assert.equal(world.code, 130);
    assert.ok(json(world).seeds < 100_000);
  });
});

describe("replay", () => {
  it("of a recording comes out as it was recorded", async () => {
    const file = join(folder, "run.trace");
    const first = json(await ended([...SIM, "--trace", file, "--json"]));
    const again = await ended(["replay", file, "--json"]);
    assert.equal(again.code, 0);
    assert.equal(json(again).traceHash, first.traceHash);
    assert.match(again.stderr.text, /The same trace as recorded/);
  });

  it("of a recording that another image made is refused, and goes on when forced", async () => {
    const file = join(folder, "other.trace");
    await ended([...SIM, "--trace", file, "--json"]);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/^# image .*$/m, `# image sha256:${"0".repeat(64)}`),
    );
    const refused = await ended(["replay", file]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr.text, /recorded with another image[\s\S]*--force/);
    assert.equal((await ended(["replay", file, "--force"])).code, 0);
  });

  it("of a recording whose trace was another is 1", async () => {
    const file = join(folder, "changed.trace");
    await ended([...SIM, "--trace", file, "--json"]);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/^# traceHash .*$/m, `# traceHash sha256:${"0".repeat(64)}`),
    );
    const world = await ended(["replay", file]);
    assert.equal(world.code, 1);
    assert.match(world.stderr.text, /came out otherwise/);
  });

  it("until a moment shows what led to it, and nothing after", async () => {
    const world = await ended(["replay", "12", ...WORLDS, "--until", "2m"]);
    const moments = world.stdout.text
      .split("\n")
      .filter((line) => line !== "")
      .map(Number.parseFloat);
    assert.ok(moments.length > 0 && Math.max(...moments) <= 120_000);
    assert.match(world.stderr.text, /^At 120 s: \d+ readings taken/m);
  });
});

describe("shrink", () => {
  it("of a world that breaks nothing says so", async () => {
    const world = await ended(["shrink", "12", ...WORLDS]);
    assert.equal(world.code, 0);
    assert.match(world.stdout.text, /breaks no promise/);
  });
});

describe("wrong usage is 2:", () => {
  const broken = join(folder, "broken.trace");
  writeFileSync(broken, '# motekit recording 1\n# world {"seed":1}\n# image sha256:0\n# version 0\n');
  for (const [argv, complaint] of [
    [["explore", "--seeds", "0"], /whole number from 1/],
    [["explore", "--seeds", "1", "--faults", "lnk"], /no fault "lnk"[\s\S]*did you mean link/],
    [["replay"], /missing required argument/],
    [["replay", "nonsense"], /neither a seed nor a file/],
    [["replay", broken], /holds no world/],
    [["replay", "package.json"], /does not begin with "# motekit recording/],
    [["shrink", "-1"], /neither a seed nor a file/],
  ] as const) {
    it(argv.join(" "), async () => {
      const world = await ended(argv);
      assert.equal(world.code, 2);
      assert.match(world.stderr.text, complaint);
    });
  }
});
