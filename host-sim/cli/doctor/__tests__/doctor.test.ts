// Claims about `doctor`: on machines that are made up of folders.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";
import { findImages } from "../images.ts";
import { findNode, findPackages } from "../installation.ts";
import { serialPorts } from "../serial-ports.ts";
import { findTools } from "../tools.ts";

const machines: string[] = [];
after(() => {
  for (const machine of machines) rmSync(machine, { recursive: true });
});

/** A folder with these files in it. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "doctor-"));
  machines.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const lock = JSON.stringify({
  packages: {
    "": { version: "0.0.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0" },
    "node_modules/only-elsewhere": { version: "3.0.0", optional: true },
  },
});
const own = {
  "package.json": '{"name":"motekit","version":"0.0.0"}',
  "package-lock.json": lock,
  "assembly/index.ts": "",
  "firmware/sensor/index.ts": "",
  "host-sim/cli/main.ts": "",
};
const installed = {
  ...own,
  "node_modules/a/package.json": '{"version":"1.0.0"}',
  "node_modules/b/package.json": '{"version":"2.0.0"}',
};

describe("Node", () => {
  for (const [version, state] of [
    ["20.0.0", "found"],
    ["24.1.0", "found"],
    ["18.20.4", "stale"],
    ["9.0.0", "stale"],
  ] as const) {
    it(`${version} is ${state}`, () => assert.equal(findNode(version).state, state));
  }
});

describe("node_modules", () => {
  it("that match the lock file are found, without what other platforms need", () => {
    assert.equal(findPackages(machine(installed)).state, "found");
  });

  it("that are not there are missing", () => {
    const { state, howToGet } = findPackages(machine(own));
    assert.equal(state, "missing");
    assert.match(howToGet, /^npm ci/);
  });

  it("with another version are stale, and say which package", () => {
    const root = machine({ ...installed, "node_modules/b/package.json": '{"version":"2.0.1"}' });
    const { state, detail } = findPackages(root);
    assert.equal(state, "stale");
    assert.match(detail, /node_modules\/b is 2\.0\.1, not 2\.0\.0$/);
  });

  it("with a package gone are stale", () => {
    const root = machine({ ...own, "node_modules/a/package.json": '{"version":"1.0.0"}' });
    assert.match(findPackages(root).detail, /node_modules\/b is missing/);
  });

  it("with an optional package of another version are stale too", () => {
    const root = machine({ ...installed, "node_modules/only-elsewhere/package.json": '{"version":"3.0.1"}' });
    assert.equal(findPackages(root).state, "stale");
  });
});

describe("built images", () => {
  const image = "build/sensor.wasm";

  function stateOf(root: string): string | undefined {
    return findImages(root).find(({ name }) => name === image)?.state;
  }

  it("are missing, found, or older than a source of theirs", () => {
    assert.equal(stateOf(machine(own)), "missing");
    const root = machine({ ...own, [image]: "", "host-sim/__tests__/new.ts": "" });
    for (const source of ["assembly/index.ts", "firmware/sensor/index.ts"])
      utimesSync(join(root, source), 1000, 1000);
    utimesSync(join(root, image), 2000, 2000);
    assert.equal(stateOf(root), "found");
    utimesSync(join(root, "firmware/sensor/index.ts"), 3000, 3000);
    assert.equal(stateOf(root), "stale");
  });
});

describe("tools", () => {
  it("are found along the PATH, if they can be run", () => {
    const root = machine({ "one/openssl": "", "two/openssl": "" });
    chmodSync(join(root, "two/openssl"), 0o755);
    const found = findTools({ PATH: `${root}/one:${root}/two` }).find(({ name }) => name === "openssl");
    assert.deepEqual([found?.state, found?.detail], ["found", join(root, "two/openssl")]);
  });

  it("that are missing say what they are for and how to get them", () => {
    const missing = findTools({}).filter(({ state }) => state === "missing");
    assert.ok(missing.some(({ name }) => name === "esptool"));
    for (const { name, purpose, howToGet } of missing) assert.ok(purpose && howToGet, name);
  });

  it("ESPRUINO must name a program", () => {
    const stateWith = (env: Record<string, string>) =>
      findTools(env).find(({ name }) => name === "ESPRUINO")?.state;
    assert.deepEqual(
      [stateWith({}), stateWith({ ESPRUINO: "/no/such" }), stateWith({ ESPRUINO: process.execPath })],
      ["missing", "stale", "found"],
    );
  });
});

it("serial ports are those that plug in, the names that last first", () => {
  const byId = "dev/serial/by-id/usb-Silicon_Labs_CP2102-if00";
  const names = [
    "ttyUSB0",
    "ttyACM1",
    "tty.usbserial-10",
    "ttyS0",
    "tty",
    "tty12",
    "tty.Bluetooth-Incoming-Port",
  ];
  const root = machine(
    Object.fromEntries([byId, ...names.map((name) => `dev/${name}`)].map((path) => [path, ""])),
  );
  assert.deepEqual(
    serialPorts(root).map((path) => path.slice(root.length + 1)),
    [byId, "dev/tty.usbserial-10", "dev/ttyACM1", "dev/ttyUSB0"],
  );
  assert.deepEqual(serialPorts(machine({})), []);
});

describe("the command", () => {
  for (const [what, files, code] of [
    ["is 0 when what `npm test` needs is there, although nothing is built", installed, 0],
    ["is 3 without the packages", own, 3],
  ] as const) {
    it(what, async () => {
      const world = standIn({ root: machine(files), env: {} });
      assert.equal(await main(["doctor"], world), code);
      assert.match(world.stdout.text, code === 0 ? /needs is there\.\n$/ : /needs is not all there\.\n$/);
    });

    it(`${what}, with --json as well`, async () => {
      const world = standIn({ root: machine(files), env: {} });
      assert.equal(await main(["doctor", "--json"], world), code);
      const diagnosis = JSON.parse(world.stdout.text);
      assert.equal(diagnosis.ready, code === 0);
      for (const key of ["name", "state", "detail", "purpose", "howToGet", "needed"]) {
        assert.ok(
          diagnosis.findings.every((finding: object) => key in finding),
          key,
        );
      }
    });
  }
});
