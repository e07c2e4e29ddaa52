// Owns the claims about the embedded broker: that it serves anybody's clients, survives what is no MQTT, and ends.

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { generate, type Packet, parser } from "mqtt-packet";
import { HANG_MS } from "../../__tests__/support/patience.ts";
import { dialRecorded } from "../../net/__tests__/recorded-stream.ts";
import { createRandom, type RandomStream } from "../../random/random.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { createEmbeddedBroker, type EmbeddedBroker } from "../embedded.ts";

const clock = createRealClock();
const VERSIONS = [3, 4, 5] as const;

function brokerFor(t: TestContext, seen: string[] = []): EmbeddedBroker {
  const broker = createEmbeddedBroker({
    clock,
    random: createRandom(1).stream("broker"),
    observer: (topic, payload) => seen.push(`${topic} ${Buffer.from(payload)}`),
  });
  t.after(() => broker.close());
  return broker;
}

async function js(t: TestContext, port: number, protocolVersion: 3 | 4 | 5): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion,
    ...(protocolVersion === 3 && { protocolId: "MQIsdp" }),
    clientId: "js",
    reconnectPeriod: 0,
  });
  client.on("error", () => undefined);
  t.after(() => client.endAsync(true));
  return client;
}

/** Resolves to what came until the broker closed. */
function tell(port: number, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const heard: Buffer[] = [];
    const socket: Socket = connect(port, "127.0.0.1");
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(heard)));
    socket.end(bytes);
  });
}

const CONNECT = {
  cmd: "connect",
  protocolId: "MQTT",
  clean: true,
  keepalive: 60,
  clientId: "hostile",
} as const;

/** Whole lives of a client, to be spoilt. */
function conversation(version: 3 | 4 | 5): Buffer {
  const [name, properties] = [version === 3 ? "MQIsdp" : "MQTT", { userProperties: { a: "b" } }];
  const five = version === 5 ? { properties } : {};
  const packets = [
    { ...CONNECT, protocolId: name, protocolVersion: version, ...five },
    { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/+/#", qos: 2 }], ...five },
    { cmd: "publish", topic: "a/b", payload: "one", qos: 1, messageId: 2, dup: false, retain: true, ...five },
    {
      cmd: "publish",
      topic: "a/b",
      payload: "two",
      qos: 2,
      messageId: 3,
      dup: false,
      retain: false,
      ...five,
    },
    { cmd: "pubrel", messageId: 3 },
    { cmd: "unsubscribe", messageId: 4, unsubscriptions: ["a/+/#"], ...five },
    { cmd: "pingreq" },
    { cmd: "disconnect", ...five },
  ] as unknown as readonly Packet[];
  return Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: version })));
}

function spoilt(bytes: Buffer, random: RandomStream): Buffer {
  const copy = Buffer.from(bytes);
  const times = 1 + Math.floor(random.between(0, 4));
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random.between(0, copy.length));
    copy[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, Math.floor(random.between(0, 256))]);
  }
  return random.chance(0.3) ? copy.subarray(0, Math.floor(random.between(0, copy.length))) : copy;
}

describe("the embedded broker", { timeout: HANG_MS }, () => {
  for (const version of VERSIONS) {
    test(`serves a stranger's client of version ${version} on a socket, beside those within the process`, async (t) => {
      const seen: string[] = [];
      const broker = brokerFor(t, seen);
      const client = await js(t, await broker.listen(0), version);
      await client.subscribeAsync("room/+", { qos: 2 });
      const came = new Promise<string>((resolve) =>
        client.on("message", (topic, payload) => resolve(`${topic} ${payload}`)),
      );
      const inside = dialRecorded(broker.dialer);
      inside.stream.write(generate({ ...CONNECT, protocolVersion: 4, clientId: "inside" }));
      inside.stream.write(
        generate({ cmd: "publish", topic: "room/1", payload: "21.5", qos: 0, retain: false, dup: false }),
      );
      assert.equal(await came, "room/1 21.5");
      assert.deepEqual(seen, ["room/1 21.5"], "observed once");
      inside.stream.destroy();
    });

    test(`survives 300 spoilt conversations in version ${version}, and serves the next client`, async (t) => {
      const broker = brokerFor(t);
      const port = await broker.listen(0);
      const random = createRandom(version).stream("spoilt");
      for (let i = 0; i < 300; i++) await tell(port, spoilt(conversation(version), random));
      const client = await js(t, port, version);
      await client.publishAsync("still/here", "yes", { qos: 2 });
    });
  }

  test("takes no packet above its limit, and announces that limit in MQTT 5", async (t) => {
    const port = await brokerFor(t).listen(0);
    const connack = await tell(port, generate({ ...CONNECT, protocolVersion: 5 }));
    const announced: Packet[] = [];
    const reader = parser({ protocolVersion: 5 });
    reader.on("packet", (packet) => announced.push(packet));
    reader.parse(connack);
    assert.equal(announced[0]?.cmd === "connack" && announced[0].properties?.maximumPacketSize, 262_144);
    const connecting = generate({ ...CONNECT, protocolVersion: 4 });
    const huge = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
    const answer = await tell(port, Buffer.concat([connecting, huge]));
    assert.deepEqual([...answer], [0x20, 2, 0, 0], "and then the connection is over");
  });

  test("keeps sessions and retained messages over a restart, and forgets them when asked to", async (t) => {
    const broker = brokerFor(t);
    const port = await broker.listen(0);
    const persistent = { ...CONNECT, protocolVersion: 4, clean: false } as const;
    const isPresent = async (): Promise<boolean> => {
      const answer = await tell(port, Buffer.concat([generate(persistent), generate({ cmd: "disconnect" })]));
      return answer[2] === 1;
    };
    assert.equal(await isPresent(), false);
    broker.restart({ forget: false });
    assert.equal(await isPresent(), true);
    broker.restart({ forget: true });
    assert.equal(await isPresent(), false);
  });

  test("fires the will of a connection that ends without a DISCONNECT, and counts it", async (t) => {
    const seen: string[] = [];
    const broker = brokerFor(t, seen);
    const will = { topic: "status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;
    await tell(await broker.listen(0), generate({ ...CONNECT, protocolVersion: 5, will }));
    assert.deepEqual(seen, ["status offline"]);
    assert.equal(broker.willsFired(), 1);
  });

  test("refuses connections once it is closed, within the process and on its sockets", async (t) => {
    const broker = brokerFor(t);
    const port = await broker.listen(0);
    const open = dialRecorded(broker.dialer);
    open.stream.write(generate({ ...CONNECT, protocolVersion: 5 }));
    await open.until("open");
    await broker.close();
    assert.equal((await open.closed())?.kind, "reset");
    assert.equal((await dialRecorded(broker.dialer).closed())?.kind, "refused");
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }), /ECONNREFUSED/);
  });
});
