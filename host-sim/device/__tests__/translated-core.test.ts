// Owns the claim that a world comes out the same, to the byte, whether its device runs WebAssembly or translated JavaScript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadBoard } from "../../cli/board.ts";
import { packageRoot } from "../../package/package-root.ts";
import { type Choices, drawWorld } from "../../scenario/explore/draw-world.ts";
import { playWhole } from "../../scenario/play.ts";
import { Core, loadModule } from "../core.ts";
import { TranslatedCore, type TranslatedImage } from "../translated-core.ts";

const root = packageRoot();
const board = loadBoard(join(root, "boards"), "esp8266");
const image: TranslatedImage = JSON.parse(readFileSync(join(root, "build/espruino/simulated.json"), "utf8"));
const CHOICES: Choices = {
  links: ["wifi-home", "wifi-zombie", "starlink-obstructed", "gprs"].map((name) => ({
    name,
    isGateway: false,
  })),
  boards: ["esp8266"],
  families: ["link", "power", "flash", "broker", "peer"],
  faults: [],
  forMs: 7_200_000,
};

describe("translated JavaScript in the simulator", () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`gives world ${seed}, with faults of all families, the trace that WebAssembly gives it`, () => {
      const world = drawWorld(seed, CHOICES);
      const hashOf = (core: Core) => playWhole(world, { core, board, writeLine: null }).traceHash;
      const translated = new TranslatedCore(loadModule(), image);
      assert.equal(hashOf(translated), hashOf(new Core(loadModule())));
      assert.ok(translated.calls > 100, "the translated image ran");
    });
  }

  it("takes devices of its own capacities alone", () => {
    const core = new TranslatedCore(loadModule(), image);
    assert.throws(
      () => core.exports.sensorInit(8192, 64, 64, 3, 1, 1, 9, 190, 2, 1, 1000),
      /the image is for 1024/,
    );
  });
});
