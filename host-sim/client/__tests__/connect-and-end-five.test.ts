// Claims about the beginning and the end of a Node client in MQTT 5 against a broker that follows a script: what callers say goes on
// the wire, and what the broker says comes back, in words too.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Packet } from "mqtt-packet";
import { answering } from "./support/scripts.ts";
import { plain } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected, start } = worldsOf({});

describe("CONNECT of MQTT 5", () => {
  it("carries every property, of the client and of its will", async (t) => {
    const properties = {
      sessionExpiryInterval: 4_294_967_295,
      receiveMaximum: 7,
      maximumPacketSize: 100_000,
      topicAliasMaximum: 12,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: { a: ["1", "2"], __proto__x: "3" },
    };
    const willProperties = {
      willDelayInterval: 5,
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: "text/plain",
      responseTopic: "answers",
      correlationData: Buffer.of(0, 255),
      userProperties: { w: "x" },
    };
    const will = { topic: "w", payload: "gone", properties: willProperties };
    const { broker } = await connected(t, { properties, will });
    const [packet] = broker.of("connect");
    assert.equal(packet?.protocolVersion, 5);
    assert.deepEqual(plain(packet?.properties), properties);
    assert.deepEqual(plain(packet?.will?.properties), willProperties);
  });

  it("begins a new session that outlasts its connection when it is clean and has an expiry", async (t) => {
    const { broker, client } = await connected(t, { properties: { sessionExpiryInterval: 60 } });
    assert.deepEqual(
      broker.of("connect").map(({ clean, properties }) => [clean, properties?.sessionExpiryInterval]),
      [[true, 60]],
    );
    broker.peers[0]?.reset();
    await told(client, "connect");
    assert.equal(broker.of("connect")[1]?.clean, false);
  });

  it("that the broker refuses is told in its words", async (t) => {
    const { client } = await start(
      t,
      {},
      answering("connect", () => ({
        cmd: "connack",
        reasonCode: 0x9c,
        sessionPresent: false,
        properties: { reasonString: "moving house", serverReference: "other:1883" },
      })),
    );
    const [error] = await told(client, "error");
    assert.deepEqual([error.code, error.reasonCode], ["use-another-server", 0x9c]);
    assert.match(error.message, /Use another server: moving house \(it names another server: other:1883\)/);
    assert.equal(error.properties?.serverReference, "other:1883");
  });

  it("tells what the broker says of itself, its client id for this client too", async (t) => {
    const properties = { assignedClientIdentifier: "you", serverKeepAlive: 9, retainAvailable: false };
    const { broker, client } = await start(
      t,
      { clientId: "" },
      answering("connect", () => ({ cmd: "connack", reasonCode: 0, sessionPresent: false, properties })),
    );
    const [accepted] = await told(client, "connect");
    assert.deepEqual(accepted, { sessionPresent: false, session: "fresh", protocolVersion: 5, properties });
    broker.peers[0]?.reset();
    await told(client, "connect");
    assert.deepEqual(
      broker.of("connect").map(({ clientId }) => clientId),
      ["", "you"],
    );
  });

  for (const refusal of [
    { cmd: "connack", reasonCode: 0x84, sessionPresent: false },
    Buffer.of(0x20, 2, 0, 1),
  ]) {
    it(`falls back to 3.1.1 at ${Buffer.isBuffer(refusal) ? "3.1.1's" : "5's"} refusal, and says so`, async (t) => {
      const { broker, client } = await start(
        t,
        { properties: { userProperties: { a: "b" } } },
        (packet, peer) => {
          if (packet.cmd !== "connect" || packet.protocolVersion !== 5) return false;
          if (Buffer.isBuffer(refusal)) peer.sendBytes(refusal);
          else peer.send(refusal as Packet);
          return true;
        },
      );
      const [{ protocolVersion }] = await told(client, "connect");
      assert.equal(protocolVersion, 4);
      await client.subscribe("t", { nl: true, properties: { subscriptionIdentifier: 3 } });
      await client.publish("t", "x", { qos: 1, properties: { contentType: "a/b" } });
      const [packet] = broker.of("publish");
      assert.deepEqual([String(packet?.payload), packet?.properties], ["x", undefined]);
    });
  }
});

describe("the end in MQTT 5", () => {
  it("says its reason and properties", async (t) => {
    const { broker, client } = await connected(t, { properties: { sessionExpiryInterval: 60 } });
    const properties = { sessionExpiryInterval: 5, reasonString: "tired", userProperties: { a: "b" } };
    await client.end(false, { reasonCode: 4, properties });
    const [packet] = broker.of("disconnect");
    assert.deepEqual([packet?.reasonCode, plain(packet?.properties)], [4, properties]);
  });

  it("is refused, and not begun, with what DISCONNECT cannot say", async (t) => {
    const { client } = await connected(t);
    assert.throws(() => client.end(false, { reasonCode: 1 }), /reasonCode must be one of 0, 4, 128/);
    const raised = { properties: { sessionExpiryInterval: 5 } };
    assert.throws(() => client.end(false, raised), /must be 0, for CONNECT did not ask/);
    assert.throws(() => client.end(false, { properties: { serverReference: "x" } }), /does not stand in/);
    await client.publish("t", "still here", { qos: 1 });
  });

  it("by the broker is told with its reason, in words and as an event", async (t) => {
    const { broker, client } = await connected(t);
    const heard = Promise.all([told(client, "disconnect"), told(client, "error")]);
    const properties = { reasonString: "night", serverReference: "b" };
    broker.peers[0]?.send({ cmd: "disconnect", reasonCode: 0x8b, properties } as Packet);
    const [[word], [error]] = await heard;
    assert.deepEqual(word, { reasonCode: 0x8b, properties });
    assert.deepEqual([error.code, error.reasonCode], ["server-shutting-down", 0x8b]);
    assert.match(error.message, /the broker ended the connection: Server shutting down: night/);
  });
});
