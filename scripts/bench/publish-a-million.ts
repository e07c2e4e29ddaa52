// Owns the run that `no-scavenge` watches: a million publishes of bytes to a prepared topic, into a transport that swallows
// them. Prints how many ended; run with --expose-gc, and with --trace-gc it prints the collections too. Knows nothing of who counts.
import { MqttClient } from "../../host-sim/client/client.ts";
import { settingsOf } from "../../host-sim/client/settings.ts";
import { Core, loadModule } from "../../host-sim/device/core.ts";
import type { Dialer } from "../../host-sim/net/stream.ts";
import { createRandom } from "../../host-sim/random/random.ts";
import { createRealClock } from "../../host-sim/time/real-clock.ts";

const messages = 1_000_000;
/** What is compiled and allocated once is not what is measured. */
const warmUpMessages = 200_000;

const CONNACK = Buffer.of(0x20, 2, 0, 0);

/** Accepts the connection, and takes every byte. */
const sink: Dialer = {
  dial(handlers) {
    setImmediate(() => {
      handlers.onOpen();
      handlers.onData(CONNACK);
    });
    return { write: () => true, end() {}, destroy() {}, pause() {}, resume() {} };
  },
};

const client = new MqttClient({
  core: new Core(loadModule()),
  dialer: sink,
  clock: createRealClock(),
  random: createRandom(1).stream("reconnect"),
  settings: settingsOf({ keepalive: 0, protocolVersion: 4 }),
});
let published = 0;
client.onOutcome = (_ticket, reason) => {
  if (reason === 0) published += 1;
};

function publishMany(topic: number, payload: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) {
    payload[0] = i & 0xff;
    if (client.publishBytes(topic, payload) < 0) throw new Error(`message ${i} was refused`);
  }
  client.flush();
}

await new Promise<void>((resolve) => client.once("connect", () => resolve()));
const topic = client.prepareTopic("plant/7/temperature/");
const payload = Buffer.alloc(32, "x");
publishMany(topic, payload, warmUpMessages);
published = 0;
// what the start and the warm-up left behind must not be collected meanwhile
if (globalThis.gc === undefined) throw new Error("run it with --expose-gc");
globalThis.gc();
console.log("begin");
publishMany(topic, payload, messages);
console.log("end");
console.log(published);
await client.end(true);
