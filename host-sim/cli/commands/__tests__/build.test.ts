// Claims about `build`, on a maker of images that makes them to measure.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { packageRoot } from "../../../package/package-root.ts";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "build-"));
after(() => rmSync(root, { recursive: true }));
cpSync(join(packageRoot(), "boards"), join(root, "boards"), { recursive: true });
writeFileSync(join(root, "package.json"), '{"name":"motekit","version":"0.0.0","type":"module"}');

/** Both images of so many bytes and variables; the sensor's code ends in a byte that is no ASCII. */
function makerOf(bytes: number, variables: number): void {
  mkdirSync(join(root, "scripts/board-image"), { recursive: true });
  const image = (name: string): string =>
    `{ name: "${name}", purpose: "to be measured", code: "x".repeat(${bytes - 1}) + "\\xe9", variables: ${variables} }`;
  writeFileSync(
    join(root, "scripts/board-image/board-image.ts"),
    `export async function boardImages(): Promise<object> { return { sensor: ${image("sensor.js")}, module: ${image("motekit.js")} }; }`,
  );
}

async function build(...args: string[]) {
  const world = standIn({ root });
  return {
    code: await main(["build", ...args], world),
    stdout: world.stdout.text,
    stderr: world.stderr.text,
  };
}

const { budget } = JSON.parse(readFileSync(join(root, "boards/esp8266.json"), "utf8")).espruino;

it("without a checkout's scripts is exit 3", async () => {
  const { code, stderr } = await build("--board", "esp8266");
  assert.equal(code, 3);
  assert.match(stderr, /board-image\.ts is not in .*\nRun it in a checkout/);
});

it("for a board without an interpreter is exit 2, and names those that have one", async () => {
  const { code, stderr } = await build("--board", "linux");
  assert.equal(code, 2);
  assert.match(stderr, /linux runs no Espruino.*\nAccepted: .*esp8266/);
});

it("at its budget writes both files, a byte for each character, and is exit 0", async () => {
  makerOf(budget.imageBytes, budget.variables);
  const { code, stdout, stderr } = await build("--board", "esp8266");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(
    stdout,
    /build\/esp8266\/sensor\.js: to be measured\n +65,536 bytes of 65,536\n +1,200 variables of 1,200\n/,
  );
  for (const name of ["sensor.js", "motekit.js"]) {
    assert.equal(readFileSync(join(root, "build/esp8266", name)).length, budget.imageBytes);
  }
});

it("over the budget of every board says that none has room for it", async () => {
  makerOf(1_000_000, budget.variables);
  const { code, stderr } = await build("--board", "esp8266");
  assert.equal(code, 1);
  assert.match(stderr, /sensor\.js: no board here has room for it/);
});

it("over its budget is exit 1, says by how much, what to turn off and where it fits; --json has the figures", async () => {
  makerOf(budget.imageBytes + 7, budget.variables + 5);
  const { code, stdout, stderr } = await build("--board", "esp8266");
  assert.equal(code, 1);
  assert.match(stdout, /65,543 bytes of 65,536: 7 too many\n +1,205 variables of 1,200: 5 too many/);
  assert.match(stderr, /sensor\.js: take 60 bytes off \/capacities\/receiveBytes \(1024\)/);
  assert.match(
    stderr,
    /sensor\.js: turn off what this device does not need: \/features\/deepSleep in boards\/esp8266\.json/,
  );
  assert.match(stderr, /sensor\.js: it fits on esp32, esp32-c3, esp32-s3\n/);
  const json = JSON.parse((await build("--board", "esp8266", "--json")).stdout);
  assert.deepEqual(json.files[0], {
    file: "build/esp8266/sensor.js",
    bytes: 65_543,
    bytesMax: 65_536,
    variables: 1205,
    variablesMax: 1200,
    fits: false,
  });
});

it("too large for one board whatever is turned off says that, and names those that it fits on", async () => {
  makerOf(20_000, 1000);
  const { code, stdout, stderr } = await build("--board", "esp8266-512k");
  assert.equal(code, 1);
  assert.match(stdout, /20,000 bytes of 12,288: 7,712 too many/);
  assert.match(stderr, /sensor\.js: the image has to lie in its 16 KiB of Storage/);
  assert.match(stderr, /sensor\.js: it fits on esp32, esp32-c3, esp32-s3, esp8266\n/);
  assert.doesNotMatch(stderr, /turn off what/);
});

it("--out writes the sensor node there and nothing else", async () => {
  makerOf(10, 10);
  const out = join(root, "out/one.js");
  rmSync(join(root, "build"), { recursive: true });
  const { code, stdout } = await build("--board", "esp32", "--out", out, "--json");
  assert.equal(code, 0);
  assert.deepEqual(
    JSON.parse(stdout).files.map((built: { file: string }) => built.file),
    [out],
  );
  assert.equal(readFileSync(out).length, 10);
  assert.ok(!existsSync(join(root, "build")));
});
