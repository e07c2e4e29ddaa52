// Owns the claim that what real clients send is legal, and is answered so that they are content. Needs real sockets.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import mqtt from "mqtt";
import { connect } from "../../../client/connect.ts";
import { createRandom } from "../../../random/random.ts";
import { createRealClock } from "../../../time/real-clock.ts";
import { type BrokerEvent, createModelBroker, type ModelBroker } from "../broker.ts";
import { listenModelBroker } from "../listen.ts";

const run = promisify(execFile);

async function withBroker(
  work: (at: {
    readonly port: number;
    readonly broker: ModelBroker<string>;
    readonly events: readonly BrokerEvent<string>[];
  }) => Promise<void>,
): Promise<void> {
  const events: BrokerEvent<string>[] = [];
  const broker = createModelBroker<string>({
    clock: createRealClock(),
    random: createRandom(1).stream("manners"),
    observer: (event) => events.push(event),
  });
  const door = await listenModelBroker(broker, "a real client", 0);
  try {
    await work({ port: door.port, broker, events });
  } finally {
    broker.stop({ forget: true });
    await door.close();
  }
  const illegal = events.filter(({ kind }) => kind === "illegal");
  assert.deepEqual(illegal, []);
}

for (const protocolVersion of [3, 4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`MQTT.js in version ${protocolVersion} gets its own messages at QoS ${qos}, once each and in order`, async () => {
      await withBroker(async ({ port, events }) => {
        const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
          protocolVersion,
          ...(protocolVersion === 3 && { protocolId: "MQIsdp" }),
          clientId: "js",
        });
        const seen: string[] = [];
        client.on("message", (_topic, payload) => seen.push(payload.toString()));
        await client.subscribeAsync("a/+", { qos });
        const sent = Array.from({ length: 50 }, (_, i) => `message ${i}`);
        await Promise.all(sent.map((text) => client.publishAsync("a/b", text, { qos })));
        while (seen.length < sent.length) await new Promise((resolve) => client.once("message", resolve));
        await client.endAsync();
        assert.deepEqual(seen, sent);
        assert.equal(events.filter(({ kind }) => kind === "routed").length, sent.length);
      });
    });
  }
}

for (const protocolVersion of [3, 4] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`the Node client in version ${protocolVersion} gets its own messages at QoS ${qos}, once each and in order`, async () => {
      await withBroker(async ({ port }) => {
        const client = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion, clientId: "node" });
        const seen: string[] = [];
        const sent = Array.from({ length: 50 }, (_, i) => `message ${i}`);
        const all = new Promise<void>((resolve) => {
          client.on("message", (_topic, payload) => {
            seen.push(Buffer.from(payload).toString());
            if (seen.length === sent.length) resolve();
          });
        });
        await client.subscribe("a/+", { qos });
        await Promise.all(sent.map((text) => client.publish("a/b", text, { qos })));
        await all;
        await client.end();
        assert.deepEqual(seen, sent);
      });
    });
  }
}

test("a Node client whose broker restarts again and again loses nothing, and does nothing illegal", async () => {
  await withBroker(async ({ port, broker, events }) => {
    const client = connect(`mqtt://127.0.0.1:${port}`, {
      clientId: "node",
      clean: false,
      reconnectPeriod: 5,
    });
    client.on("error", () => undefined);
    const sent = Array.from({ length: 40 }, (_, i) => `message ${i}`);
    for (const [index, text] of sent.entries()) {
      const isDone = client.publish("a", text, { qos: index % 2 === 0 ? 1 : 2 });
      if (index % 8 === 7) {
        broker.stop({ forget: false });
        broker.start();
        await isDone;
      }
    }
    await client.end();
    const routed = events.flatMap((event) =>
      event.kind === "routed" ? [`${event.qos} ${Buffer.from(event.payload)}`] : [],
    );
    const exactlyOnce = sent.filter((_, i) => i % 2 === 1).map((text) => `2 ${text}`);
    assert.deepEqual(
      routed.filter((line) => line.startsWith("2")),
      exactlyOnce,
    );
    assert.deepEqual(
      sent.filter((text) => !routed.some((line) => line.endsWith(` ${text}`))),
      [],
    );
  });
});

const hasMosquitto = await run("mosquitto_pub", ["--version"]).then(
  () => true,
  (error: { code?: unknown }) => error.code !== "ENOENT",
);

for (const version of ["mqttv31", "mqttv311", "mqttv5"]) {
  for (const qos of ["0", "1", "2"]) {
    test(`mosquitto_pub and mosquitto_sub of ${version} at QoS ${qos}`, { skip: !hasMosquitto }, async () => {
      await withBroker(async ({ port }) => {
        const at = ["-h", "127.0.0.1", "-p", String(port), "-V", version, "-q", qos];
        await run("mosquitto_pub", [...at, "-i", "first", "-t", "m/x", "-m", "kept", "-r"]);
        const { stdout } = await run("mosquitto_sub", [
          ...at,
          "-i",
          "watch",
          "-t",
          "m/#",
          "-C",
          "1",
          "-W",
          "10",
          "-v",
        ]);
        assert.equal(stdout, "m/x kept\n");
      });
    });
  }
}
