// Claims about the Node client on a real Mosquitto, over everything that can carry MQTT.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { certificatesOrSkip } from "../../__tests__/support/certificates.ts";
import { type ListenerName, mosquittoOrSkip } from "../../__tests__/support/mosquitto.ts";
import type { MqttClient } from "../client.ts";
import { connect } from "../connect.ts";
import type { MqttError } from "../errors.ts";

function nextError(client: MqttClient): Promise<MqttError> {
  return new Promise((resolve) => client.once("error", resolve));
}

it("messages come and go at each QoS over TCP, TLS and WebSocket", async (t) => {
  const certificates = await certificatesOrSkip(t);
  if (certificates === undefined) return;
  const { caFile, server, client: pair } = certificates;
  const broker = await mosquittoOrSkip(t, { tls: { caFile, server }, webSockets: true });
  if (broker === undefined) return;
  const ca = readFileSync(caFile);
  const secret = { ca, cert: readFileSync(pair.certFile), key: readFileSync(pair.keyFile, "utf8") };
  const ways: readonly (readonly [protocol: string, listener: ListenerName, options: object])[] = [
    ["mqtt", "mqtt", {}],
    ["mqtts", "mqtts", { ca }],
    ["mqtts", "mqttsWithClientCertificate", secret],
    ["ws", "ws", {}],
    ["wss", "wss", { ca }],
  ];
  for (const [protocol, listener, options] of ways) {
    const client = connect(`${protocol}://localhost:${broker.port(listener)}`, options);
    const received: string[] = [];
    client.on("message", (_, payload) => received.push(payload.toString()));
    await client.subscribe("way/#", { qos: 2 });
    for (const qos of [0, 1, 2] as const) await client.publish("way/t", `${listener} ${qos}`, { qos });
    await client.publish("way/large", "x".repeat(70_000), { qos: 1 });
    // [MQTT3-3.10.4-6] by the time of the UNSUBACK what was on its way has come.
    await client.unsubscribe("way/#");
    await client.end();
    assert.deepEqual(
      received.slice(0, 3),
      [0, 1, 2].map((qos) => `${listener} ${qos}`),
    );
    assert.equal(received[3]?.length, 70_000);
  }
});

it("a server that cannot be trusted is not spoken to, and the error says why", async (t) => {
  const certificates = await certificatesOrSkip(t);
  if (certificates === undefined) return;
  const { caFile, otherCaFile, otherName } = certificates;
  const broker = await mosquittoOrSkip(t, { tls: { caFile, server: otherName } });
  if (broker === undefined) return;
  const url = `mqtts://localhost:${broker.port("mqtts")}`;
  const attempt = async (options: object): Promise<string> => {
    const client = connect(url, { reconnectPeriod: 0, ...options });
    const error = await nextError(client);
    await client.end();
    return error.code;
  };
  assert.equal(await attempt({ ca: readFileSync(otherCaFile) }), "unknown-ca");
  assert.equal(await attempt({ ca: readFileSync(caFile) }), "wrong-host-name");
  const named = connect(url, { ca: readFileSync(caFile), servername: "elsewhere.example" });
  await named.publish("t", "x", { qos: 1 });
  await named.end();
  const careless = connect(url, { rejectUnauthorized: false });
  await careless.publish("t", "x", { qos: 1 });
  await careless.end();
});
