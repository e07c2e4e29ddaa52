// Owns the claim that cuts hit every packet of a real QoS 2 exchange, and that the session goes on. MQTT.js is the client.
import { randomUUID } from "node:crypto";
import { describe, type TestContext, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { startAedes } from "../aedes.ts";
import type { CutMoment, CutRule } from "../cut.ts";
import { type CuttingProxy, startCuttingProxy } from "../cutting-proxy.ts";
import { mosquittoOrSkip } from "../mosquitto.ts";
import { expectExactlyOnce, startRecordingSubscriber } from "../recording-subscriber.ts";
import { until } from "./scripted-peers.ts";

interface Place extends Pick<CutRule, "direction" | "packet"> {
  readonly role: "publisher" | "subscriber";
}

/** The eight packets of a QoS 2 message on its way from publisher to broker to subscriber. */
const places: readonly Place[] = [
  { role: "publisher", packet: "publish", direction: "toBroker" },
  { role: "publisher", packet: "pubrec", direction: "toClient" },
  { role: "publisher", packet: "pubrel", direction: "toBroker" },
  { role: "publisher", packet: "pubcomp", direction: "toClient" },
  { role: "subscriber", packet: "publish", direction: "toClient" },
  { role: "subscriber", packet: "pubrec", direction: "toBroker" },
  { role: "subscriber", packet: "pubrel", direction: "toClient" },
  { role: "subscriber", packet: "pubcomp", direction: "toBroker" },
];
const moments: readonly CutMoment[] = ["before", "after"];
const topic = "bench/qos2";

async function connectThrough(t: TestContext, proxy: CuttingProxy): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${proxy.port}`, {
    clientId: `cut-${randomUUID().slice(0, 8)}`,
    clean: false,
    reconnectPeriod: 20,
  });
  t.after(() => client.endAsync(true));
  // The cut itself shows up as an error of the socket; the test looks at the log instead.
  client.on("error", () => {});
  return client;
}

async function publishThroughTheCut(
  t: TestContext,
  port: number,
  proxy: CuttingProxy,
  rule: CutRule,
): Promise<void> {
  const observer = await startRecordingSubscriber({ port, filter: topic });
  t.after(() => observer.stop());
  const publisher = await connectThrough(t, proxy);
  const cut = proxy.cutAt(rule);
  const published = publisher.publishAsync(topic, "reading", { qos: 2 });
  await cut.hit();
  await published;
  // Only a PUBCOMP that arrived leaves nothing to resume.
  const isDone = rule.packet === "pubcomp" && rule.when === "after";
  if (!isDone) await proxy.waitFor(({ cmd, connection }) => cmd === "pubcomp" && connection > 0);
  await observer.settle();
  expectExactlyOnce(observer.received, ["reading"]);
}

async function receiveThroughTheCut(
  t: TestContext,
  port: number,
  proxy: CuttingProxy,
  rule: CutRule,
): Promise<void> {
  const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  t.after(() => publisher.endAsync(true));
  const subscriber = await connectThrough(t, proxy);
  const payloads: string[] = [];
  subscriber.on("message", (_topic, payload) => payloads.push(payload.toString()));
  await subscriber.subscribeAsync(topic, { qos: 2 });
  const cut = proxy.cutAt(rule);
  await publisher.publishAsync(topic, "command", { qos: 2 });
  await cut.hit();
  await until(() => payloads.includes("command"), "the message");
}

for (const brokerName of ["Aedes", "Mosquitto"] as const) {
  describe(`MQTT.js and ${brokerName}`, () => {
    for (const { role, ...place } of places) {
      for (const when of moments) {
        test(`${role}: a cut ${when} ${place.packet.toUpperCase()} ${place.direction} hits it`, async (t) => {
          const port = await startBroker(t, brokerName);
          if (port === undefined) return;
          const proxy = await startCuttingProxy(port);
          t.after(() => proxy.close());
          const through = role === "publisher" ? publishThroughTheCut : receiveThroughTheCut;
          await through(t, port, proxy, { ...place, when, how: "reset" });
        });
      }
    }
  });
}

async function startBroker(t: TestContext, name: "Aedes" | "Mosquitto"): Promise<number | undefined> {
  if (name === "Mosquitto") return (await mosquittoOrSkip(t))?.port();
  const aedes = await startAedes();
  t.after(() => aedes.stop());
  return aedes.port;
}
