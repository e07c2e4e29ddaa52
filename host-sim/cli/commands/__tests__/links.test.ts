// What `links` promises: every link is listed, every number of one is shown with its source, and a slip is answered with help.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { profileNames } from "../../../net/link/profile.ts";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../commands.ts";
import { main } from "../../main.ts";

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function links(...args: readonly string[]): Promise<Run> {
  const world = standIn();
  const exitCode = await main(["links", ...args], world, COMMANDS);
  return { exitCode, out: world.stdout.text, err: world.stderr.text };
}

describe("links", () => {
  it("lists every link there is, in lines that fit a terminal", async () => {
    const { exitCode, out } = await links();
    assert.equal(exitCode, 0);
    const lines = out.split("\n");
    for (const name of profileNames())
      assert.ok(
        lines.some((line) => line.startsWith(`${name} `)),
        name,
      );
    for (const line of lines) assert.ok(line.length <= 80, line);
    assert.match(out, /^geo-vsat +600 ms +0\.1 % +10\/100 M +Geostationary dish$/m);
    assert.match(out, /^iridium-sbd +340\/270 B +Iridium Short Burst Data$/m);
  });

  it("lists them as one JSON document", async () => {
    const { out, err } = await links("--json");
    const { links: all } = JSON.parse(out);
    assert.deepEqual(
      all.map(({ name }: { name: string }) => name),
      profileNames(),
    );
    assert.equal(err, "");
  });
});

describe("links show", () => {
  it("shows every number of every link with its source, in lines that fit a terminal", async () => {
    for (const name of profileNames()) {
      const { exitCode, out } = await links("show", name);
      assert.equal(exitCode, 0);
      for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
      const { numbers } = JSON.parse((await links("show", name, "--json")).out);
      const sources = new Set(numbers.map(({ source }: { source: string }) => source));
      const words = out.replace(/\s+/g, " ");
      for (const source of sources) assert.ok(words.includes(String(source)), `${name}: ${source}`);
      assert.ok(numbers.length > 0 && !sources.has(""));
    }
  });

  it("says a number in the unit that people use", async () => {
    const { out } = await links("show", "starlink-obstructed");
    assert.match(out, /rttMsQuantiles, p 0\.99 +69 ms\n/);
    assert.match(out, /burstLoss, everyMs +15 s\n {6}arXiv 2310\.09242: reconfiguration every 15 s\n/);
    assert.match(out, /upBitsPerSecond +10 Mbit\/s\n/);
    assert.match(out, /burstLoss, lossPerThousand +50 %\n/);
    assert.match(out, /phases 2, why +obstruction\n/);
  });

  it("shows a link with overlays, whose numbers have the overlay as their source", async () => {
    const { out } = await links("show", "geo-vsat,loss=2%");
    assert.match(out, /^geo-vsat,loss=2%: Geostationary dish\n/);
    assert.match(out, /lossPerThousand +2 %\n {6}overlay\n/);
    assert.match(out, /upBitsPerSecond +10 Mbit\/s\n {6}APNIC/);
  });

  it("answers a slip with the nearest and exit code 2, and prints nothing else", async () => {
    const cases: readonly [readonly string[], RegExp][] = [
      [["show", "wifi-hom"], /did you mean wifi-home\?/],
      [["show", "wifi-home,los=2%"], /did you mean loss\?/],
      [["sohw", "wifi-home"], /did you mean show\?/],
      [["show"], /needs a link/],
      [["show", "trace:no/such.file"], /no\/such\.file cannot be read: ENOENT/],
    ];
    for (const [args, why] of cases) {
      const { exitCode, out, err } = await links(...args);
      assert.equal(exitCode, 2);
      assert.equal(out, "");
      assert.match(err, why);
      assert.match(err, /\nAccepted: npx motekit links/);
    }
  });
});
