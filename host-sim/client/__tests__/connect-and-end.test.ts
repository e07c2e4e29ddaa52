// Claims about the beginning and the end of a Node client against a broker that follows a script.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "../connect.ts";
import { startScriptedBroker } from "./support/scripted-broker.ts";
import { keepsSilentFor } from "./support/scripts.ts";
import { texts } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected, start } = worldsOf({ protocolVersion: 4 });

describe("connect", () => {
  it("sends what the options say, and MQTT.js's defaults otherwise", async (t) => {
    const { broker } = await connected(t, {
      keepalive: 7,
      username: "me",
      password: Buffer.of(0, 255),
      will: { topic: "w", payload: "gone", qos: 1, retain: true },
    });
    const [packet] = broker.of("connect");
    assert.deepEqual(
      [packet?.clientId, packet?.clean, packet?.keepalive, packet?.protocolVersion, packet?.username],
      ["one", true, 7, 4, "me"],
    );
    assert.deepEqual(packet?.password, Buffer.of(0, 255));
    const { topic, payload, qos, retain } = packet?.will ?? {};
    assert.deepEqual([topic, String(payload), qos, retain], ["w", "gone", 1, true]);
  });

  it("makes up a client id that MQTT 3.1 allows, a new one each time", async (t) => {
    const { broker } = await connected(t, { clientId: undefined, protocolVersion: 3 });
    const other = connect(broker.url);
    t.after(() => other.end(true));
    await told(other, "connect");
    const [one, two] = broker.of("connect").map(({ clientId }) => clientId);
    assert.match(String(one), /^motekit_[0-9a-f]{8,15}$/);
    assert.notEqual(one, two);
  });

  it("takes user name and password from the URL", async (t) => {
    const broker = await startScriptedBroker();
    t.after(() => broker.close());
    const client = connect(broker.url.replace("//", "//me:p%40ss@"));
    t.after(() => client.end(true));
    await told(client, "connect");
    const [packet] = broker.of("connect");
    assert.deepEqual([packet?.username, String(packet?.password)], ["me", "p@ss"]);
  });

  it("tells a refusal with its code, and goes on trying", async (t) => {
    const { client } = await start(t, {}, (packet, peer) => {
      if (packet.cmd !== "connect" || peer.connection > 0) return false;
      peer.send({ cmd: "connack", returnCode: 4, sessionPresent: false });
      return true;
    });
    const [error] = await told(client, "error");
    assert.deepEqual([error.code, error.returnCode], ["bad-user-name-or-password", 4]);
    await told(client, "connect");
  });

  it("without a listener for errors survives a broker that is not there", async () => {
    const client = connect("mqtt://127.0.0.1:1", { reconnectPeriod: 0 });
    await told(client, "close");
    const [error] = await Promise.all([told(client, "error"), client.reconnect()]);
    assert.deepEqual([error[0].code, client.connected], ["refused", false]);
    await client.end();
  });
});

describe("end", () => {
  it("waits for what is in flight, says DISCONNECT, and tells its end once", async (t) => {
    const { broker, client } = await connected(t);
    const published = client.publish("t", "x", { qos: 2 });
    const heard: string[] = [];
    for (const event of ["close", "end"] as const) client.on(event, () => heard.push(event));
    await Promise.all([client.end(), client.end()]);
    await published;
    assert.deepEqual(
      broker.packets.map(({ cmd }) => cmd),
      ["connect", "publish", "pubrel", "disconnect"],
    );
    assert.deepEqual(heard, ["close", "end"]);
  });

  it("forced sends no DISCONNECT and rejects what was not acknowledged", async (t) => {
    const { broker, client } = await connected(t, {}, keepsSilentFor(1));
    const rejected = assert.rejects(client.publish("t", "x", { qos: 1 }), { code: "client-ended" });
    await broker.seen("publish");
    await client.end(true);
    await rejected;
    assert.equal(broker.of("disconnect").length, 0);
    await assert.rejects(client.publish("t", "x"), { code: "client-ended" });
    await assert.rejects(client.subscribe("t"), { code: "client-ended" });
  });

  it("within an event of the client's own is safe", async (t) => {
    const { broker, client } = await connected(t);
    const ended = new Promise((resolve) => {
      client.on("message", () => resolve(client.end()));
    });
    broker.peers[0]?.send({
      cmd: "publish",
      topic: "t",
      payload: "x",
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    await ended;
    assert.equal(broker.of("puback").length, 1);
  });
});

it("a hundred clients share one memory, and leave none of it behind", async (t) => {
  const broker = await startScriptedBroker();
  t.after(() => broker.close());
  const round = async (): Promise<number> => {
    const clients = Array.from({ length: 100 }, (_, i) => connect(broker.url, { clientId: `${i}` }));
    await Promise.all(clients.map((client, i) => client.publish("t", `${i}`, { qos: 1 })));
    await Promise.all(clients.map((client) => client.end()));
    return process.memoryUsage().arrayBuffers;
  };
  const before = await round();
  const after = await round();
  assert.ok(after < before + 2 ** 20, `${before} bytes became ${after}`);
  const each = new Set(texts(broker));
  assert.equal(each.size, 100);
});
