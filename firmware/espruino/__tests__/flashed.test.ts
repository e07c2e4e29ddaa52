// Claims about the sensor node as a user gets it: flashed through a port, restarted from flash, connected to a real Mosquitto.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { mosquittoOrSkip } from "../../../host-sim/__tests__/support/mosquitto.ts";
import { startRecordingSubscriber } from "../../../host-sim/__tests__/support/recording-subscriber.ts";
import { flashOn } from "../../../host-sim/flash/__tests__/support/flash-on.ts";
import {
  leftOut,
  removeFolder,
  startEspruino,
} from "../../../host-sim/flash/__tests__/support/socat-espruino.ts";
import { image } from "./support/image.ts";

const WAIT_MS = 60_000;

describe("the sensor node", { skip: leftOut() }, () => {
  for (const kind of ["tcp", "pty"] as const) {
    it(`flashed through a ${kind} connects, and connects again after its power was cut`, {
      timeout: 300_000,
    }, async (t) => {
      const port = (await mosquittoOrSkip(t))?.ports.mqtt;
      if (port === undefined) return;
      const listener = await startRecordingSubscriber({ port, filter: "motekit/#" });
      t.after(() => listener.stop());
      const statuses = () =>
        listener.received
          .filter(({ topic }) => topic === "motekit/mast/status")
          .map(({ payload }) => payload);
      const code = Buffer.from(await image("sensor", { isMinified: true }), "latin1");
      const settings = { wifi: null, broker: { host: "127.0.0.1", port }, name: "mast" };

      const board = await startEspruino(kind);
      t.after(() => removeFolder(board.folder));
      t.after(() => board.end());
      const { deviceName, interpreter } = await flashOn(board.port, code, settings, WAIT_MS);
      assert.deepEqual([deviceName, interpreter.variables], ["mast", 1600]);
      const online = () => statuses().filter((status) => status === "online").length;
      for (let waited = 0; online() === 0 && waited < WAIT_MS; waited += 100) await sleep(100);
      assert.ok(online() > 0, JSON.stringify(listener.received));

      board.end();
      const before = online();
      const again = await startEspruino("pty", board.folder);
      t.after(() => again.end());
      for (let waited = 0; online() === before && waited < WAIT_MS; waited += 100) await sleep(100);
      assert.ok(online() > before, "it came back by itself");
    });
  }
});
