// Claims about how long the end of a Node client takes at most, in the time of a clock that stands still, at a broker that accepts
// and then says nothing more.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Core, loadModule } from "../../device/core.ts";
import type { Dialer } from "../../net/stream.ts";
import { createRandom } from "../../random/random.ts";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { MqttClient } from "../client.ts";
import { settingsOf } from "../settings.ts";
import { told } from "./support/world.ts";

const CONNACK = Buffer.of(0x20, 2, 0, 0);
const DISCONNECT = Buffer.of(0xe0, 0);
const core = new Core(loadModule());

/** A connected client with one message that is never acknowledged, and what it has written. */
async function waiting() {
  const clock = new VirtualClock();
  const written: Buffer[] = [];
  const silent: Dialer = {
    dial(handlers) {
      clock.at(clock.nowMs, () => {
        handlers.onOpen();
        handlers.onData(CONNACK);
      });
      return {
        write: (bytes) => written.push(Buffer.from(bytes)) > 0,
        end() {},
        destroy() {},
        pause() {},
        resume() {},
      };
    },
  };
  const settings = settingsOf({ protocolVersion: 4, keepalive: 0 });
  const random = createRandom(1).stream("reconnect");
  const client = new MqttClient({ core, dialer: silent, clock, random, settings });
  const advanceMs = async (ms: number): Promise<void> => {
    // What a call leaves for the end of its turn comes before the time that passes.
    await new Promise((resolve) => setImmediate(resolve));
    clock.runUntil(clock.nowMs + ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const connected = told(client, "connect");
  await advanceMs(1);
  await connected;
  const rejected = assert.rejects(client.publish("t", "x", { qos: 1 }), { code: "client-ended" });
  await advanceMs(1);
  return { client, advanceMs, rejected, hasSaidGoodbye: () => written.at(-1)?.equals(DISCONNECT) === true };
}

it("a message that is never acknowledged holds up the DISCONNECT for ten seconds, and the end for a little longer", async () => {
  const { client, advanceMs, rejected, hasSaidGoodbye } = await waiting();
  let hasEnded = false;
  const ended = client.end().then(() => {
    hasEnded = true;
  });
  await advanceMs(9999);
  assert.equal(hasSaidGoodbye(), false);
  await advanceMs(1);
  assert.deepEqual([hasSaidGoodbye(), hasEnded], [true, false]);
  await advanceMs(5000);
  assert.equal(hasEnded, true);
  await Promise.all([ended, rejected]);
});

it("what forces the end of a client that is already ending has it end at once, and without a DISCONNECT", async () => {
  const { client, advanceMs, rejected, hasSaidGoodbye } = await waiting();
  const patient = client.end();
  await Promise.all([client.end(true), patient, rejected]);
  await advanceMs(20_000);
  assert.equal(hasSaidGoodbye(), false);
});
