// Claims about `size`, on images made by hand.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { packageRoot } from "../../../package/package-root.ts";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "size-"));
after(() => rmSync(root, { recursive: true }));
cpSync(join(packageRoot(), "boards"), join(root, "boards"), { recursive: true });
writeFileSync(join(root, "package.json"), '{"name":"motekit","version":"0.0.0"}');

/** A module that exports `blockBytes`: eight i32 in, and out comes parameter `weight` times 63 plus parameter 7. */
function clientImage(weight: number): Buffer {
  const type = [0x01, 0x0d, 0x01, 0x60, 0x08, ...Array(8).fill(0x7f), 0x01, 0x7f];
  const functions = [0x03, 0x02, 0x01, 0x00];
  const exported = [0x07, 0x0e, 0x01, 0x0a, ...Buffer.from("blockBytes"), 0x00, 0x00];
  const body = [0x00, 0x20, weight, 0x41, 0x3f, 0x6c, 0x20, 0x07, 0x6a, 0x0b];
  const code = [0x0a, body.length + 2, 0x01, body.length, ...body];
  return Buffer.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...type,
    ...functions,
    ...exported,
    ...code,
  ]);
}

function build(image: Buffer): void {
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(join(root, "build/motekit.wasm"), image);
  writeFileSync(join(root, "build/other.wasm"), "12345");
  writeFileSync(join(root, "build/inputs.json"), "{}");
}

async function size(...args: string[]) {
  const world = standIn({ root });
  return { code: await main(["size", ...args], world), stdout: world.stdout.text, stderr: world.stderr.text };
}

it("before the build is exit 3, and names the command that builds", async () => {
  const { code, stderr } = await size();
  assert.equal(code, 3);
  assert.match(stderr, /build\/motekit\.wasm is not built yet\nRun `npm run build`/);
});

it("--json gives the bytes of every image, and the block that the image itself computes for each board", async () => {
  const image = clientImage(0);
  build(image);
  const { code, stdout } = await size("--json");
  const { images, boards } = JSON.parse(stdout);
  assert.equal(code, 1, "the ESP8266's block is over its budget here");
  assert.deepEqual(images, [
    { file: "build/motekit.wasm", bytes: image.length },
    { file: "build/other.wasm", bytes: 5 },
  ]);
  const board = JSON.parse(readFileSync(join(root, "boards/esp8266.json"), "utf8"));
  const clientBytes = board.capacities.receiveBytes * 63 + board.capacities.filters;
  assert.deepEqual(
    boards.find((row: { board: string }) => row.board === "esp8266"),
    { board: "esp8266", clientBytes, clientBytesMax: 3072 },
  );
});

it("within every budget is exit 0, in words for people", async () => {
  build(clientImage(3));
  const { code, stdout } = await size();
  assert.equal(code, 0);
  assert.match(
    stdout,
    /build\/other\.wasm +5 bytes\n.*esp8266 +\d+ bytes of 3,072\n.* linux +[\d,]+ bytes\n/s,
  );
});

it("a feature costs what the image without it does not have", async () => {
  build(clientImage(3));
  writeFileSync(join(root, "build/motekit-without-mqtt5.wasm"), clientImage(4));
  const { features } = JSON.parse((await size("--json")).stdout);
  assert.deepEqual(features, [{ feature: "mqtt5", codeBytes: 0, blockBytes: 0 }]);
  assert.match((await size()).stdout, /mqtt5 +0 bytes, and 0 of every block\n/);
  rmSync(join(root, "build/motekit-without-mqtt5.wasm"));
});

it("over budget says which board", async () => {
  build(clientImage(0));
  assert.match((await size()).stdout, /esp8266 +[\d,]+ bytes of 3,072: too large\n/);
});

it("capacities that the client refuses are exit 2, and name the board's file", async () => {
  const image = clientImage(0);
  // `i32.const 63` becomes `i32.const -64`.
  image[image.lastIndexOf(0x3f)] = 0x40;
  build(image);
  const { code, stderr } = await size();
  assert.equal(code, 2);
  assert.match(stderr, /refuses the capacities of (esp[\w-]+), with status -\d+\n.*boards\/\1\.json/);
});
