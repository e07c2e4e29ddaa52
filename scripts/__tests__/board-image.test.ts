// Claims about the images of the boards that ship: they fit, or the board's file says rightly that nothing helps.
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { type Board, boardNames, loadBoard } from "../../host-sim/cli/board.ts";
import { type EspruinoBoard, fits, judge } from "../../host-sim/cli/build/budget.ts";
import type { BoardImages } from "../../host-sim/cli/build/image-maker.ts";
import { boardImages } from "../board-image/board-image.ts";
import { root } from "../root.ts";

const made = new Map<string, Promise<BoardImages>>();

/** Made once for all boards that differ in nothing an image is made of. */
function imagesOf(board: Board): Promise<BoardImages> {
  const { capacities, features, espruino } = board;
  const key = JSON.stringify([capacities, features, espruino?.mqtt5]);
  const images = made.get(key) ?? boardImages(root, board);
  made.set(key, images);
  return images;
}

const folder = join(root, "boards");
const boards = boardNames(folder)
  .map((name) => loadBoard(folder, name))
  .filter((board): board is EspruinoBoard => board.espruino !== null);

for (const board of boards) {
  const { name, espruino } = board;
  if (espruino.tooSmall === null) {
    it(`both images fit ${name}`, async () => {
      for (const image of Object.values(await imagesOf(board))) {
        const { bytes, variables } = judge(image, board);
        assert.ok(
          fits({ image, bytes, variables }),
          `${image.name}: ${JSON.stringify({ bytes, variables })}`,
        );
      }
    });
  } else {
    it(`the sensor node is larger than the Storage of ${name} with everything turned off`, async () => {
      const bare = { ...board, features: { wifi: true, tls: false, deepSleep: false } };
      const { sensor } = await imagesOf(bare);
      assert.ok(sensor.code.length > espruino.storageBytes, `${sensor.code.length} bytes`);
    });
  }
}

it("an image without MQTT 5 has none of its code", async () => {
  const board = boards.find(({ name }) => name === "esp8266");
  assert.ok(board !== undefined);
  const images = (mqtt5: boolean) => imagesOf({ ...board, espruino: { ...board.espruino, mqtt5 } });
  const [whole, lesser] = [await images(true), await images(false)];
  for (const name of ["sensor", "module"] as const) {
    assert.ok(lesser[name].code.length < 0.7 * whole[name].code.length, name);
  }
});

it("there are boards that it fits, and boards that it does not", () => {
  const areSmall = boards.map(({ espruino }) => espruino.tooSmall !== null);
  assert.deepEqual(new Set(areSmall), new Set([true, false]));
});
