// Claims about the Node client in MQTT 5 against a broker that follows a script: what callers say goes on the wire, and what the
// broker says comes back, in words too.
import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Packet } from "mqtt-packet";
import type { MqttClient } from "../client.ts";
import { connect } from "../connect.ts";
import type { ClientEvents } from "../events.ts";
import type { ClientOptions } from "../options.ts";
import { type Script, type ScriptedBroker, startScriptedBroker } from "./support/scripted-broker.ts";

interface World {
  readonly broker: ScriptedBroker;
  readonly client: MqttClient;
}

async function start(t: TestContext, options: ClientOptions = {}, script?: Script): Promise<World> {
  const broker = await startScriptedBroker(script);
  t.after(() => broker.close());
  const client = connect(broker.url, { clientId: "one", reconnectPeriod: 5, ...options });
  t.after(() => client.end(true));
  return { broker, client };
}

async function connected(t: TestContext, options?: ClientOptions, script?: Script): Promise<World> {
  const world = await start(t, options, script);
  await told(world.client, "connect");
  return world;
}

function told<Name extends keyof ClientEvents>(client: MqttClient, event: Name): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    (client as EventEmitter).once(event, (...args) => resolve(args as ClientEvents[Name]));
  });
}

/** Answers packets of one kind with this. */
function answering(cmd: Packet["cmd"], answer: (packet: never) => object): Script {
  return (packet, peer) => {
    if (packet.cmd !== cmd) return false;
    peer.send(answer(packet as never) as Packet);
    return true;
  };
}

/** mqtt-packet's objects have no prototype. */
function plain<Value>(value: Value): unknown {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value) || Array.isArray(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}

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

describe("publish in MQTT 5", () => {
  const properties = {
    payloadFormatIndicator: true,
    messageExpiryInterval: 3600,
    contentType: "text/plain",
    responseTopic: "answers/here",
    correlationData: Buffer.of(1, 0, 255),
    userProperties: { a: "1", b: ["2", "3"] },
  };

  it("carries every property, in one go and in parts", async (t) => {
    const { broker, client } = await connected(t);
    for (const payload of ["short", "x".repeat(100_000)]) {
      await client.publish("t", payload, { qos: 1, properties });
      const packet = broker.of("publish").at(-1);
      assert.equal(String(packet?.payload), payload);
      assert.deepEqual(plain(packet?.properties), properties);
    }
  });

  it("resolves with the broker's reason and properties, or rejects with them", async (t) => {
    const { client } = await connected(t, {}, (packet, peer) => {
      if (packet.cmd !== "publish") return false;
      const reasonCode = packet.topic === "nobody" ? 0x10 : 0x97;
      const { messageId } = packet;
      peer.send({ cmd: "puback", messageId, reasonCode, properties: { reasonString: "so" } } as Packet);
      return true;
    });
    assert.deepEqual(await client.publish("nobody", "x", { qos: 1 }), {
      reasonCode: 0x10,
      properties: { reasonString: "so" },
    });
    const rejected = told(client, "rejected");
    await assert.rejects(client.publish("full", "x", { qos: 1 }), {
      code: "quota-exceeded",
      reasonCode: 0x97,
      message: "not published to full: the broker refused it: Quota exceeded: so",
    });
    assert.deepEqual((await rejected)[0], {
      topic: "full",
      reasonCode: 0x97,
      properties: { reasonString: "so" },
    });
    const outcome = new Promise((resolve) => {
      client.onOutcome = (_, reason) => resolve(reason);
    });
    client.publishBytes(client.prepareTopic("full"), Buffer.from("x"), 1);
    assert.equal(await outcome, 0x97);
  });

  it("of a topic that repeats names it once, where the broker takes aliases", async (t) => {
    const { broker, client } = await connected(
      t,
      {},
      answering("connect", () => ({
        cmd: "connack",
        reasonCode: 0,
        sessionPresent: false,
        properties: { topicAliasMaximum: 1 },
      })),
    );
    for (const topic of ["long/topic", "long/topic", "other/topic"])
      await client.publish(topic, "x", { qos: 1 });
    assert.deepEqual(
      broker.of("publish").map(({ topic, properties: own }) => [topic, own?.topicAlias]),
      [
        ["long/topic", 1],
        ["", 1],
        ["other/topic", undefined],
      ],
    );
  });

  it("beyond what the broker takes is refused, or lowered where the caller allows it", async (t) => {
    const { broker, client } = await connected(
      t,
      {},
      answering("connect", () => ({
        cmd: "connack",
        reasonCode: 0,
        sessionPresent: false,
        properties: { maximumQoS: 0, retainAvailable: false },
      })),
    );
    await assert.rejects(client.publish("t", "x", { qos: 1 }), { code: "not-supported" });
    await assert.rejects(client.publish("t", "x", { retain: true }), { code: "not-supported" });
    await client.publish("t", "y", { qos: 2, retain: true, mayLower: true });
    await broker.seen("publish");
    assert.deepEqual(
      broker.of("publish").map(({ payload, qos, retain }) => [String(payload), qos, retain]),
      [["y", 0, false]],
    );
  });

  it("that waits too long for room is dropped as expired, and says what is left of its time otherwise", async (t) => {
    const { broker, client } = await connected(t, { capacities: { entries: 1 } }, (packet, peer) => {
      if (packet.cmd !== "publish" || String(packet.payload) !== "first") return false;
      setTimeout(() => peer.send({ cmd: "puback", messageId: packet.messageId } as Packet), 1100);
      return true;
    });
    const first = client.publish("t", "first", { qos: 1 });
    const expiring = client.publish("t", "late", { qos: 1, properties: { messageExpiryInterval: 1 } });
    const patient = client.publish("t", "patient", { qos: 1, properties: { messageExpiryInterval: 100 } });
    await Promise.all([first, assert.rejects(expiring, { code: "expired" }), patient]);
    const [, packet] = broker.of("publish");
    assert.equal(String(packet?.payload), "patient");
    assert.ok(Number(packet?.properties?.messageExpiryInterval) < 100);
  });

  it("with a property of another packet, or a wrong one, is refused by name", async (t) => {
    const { broker, client } = await connected(t);
    for (const [wrong, message] of [
      [{ topicAlias: 1 }, /properties.topicAlias does not stand in PUBLISH; accepted: payloadFormat/],
      [{ responseTopic: "+" }, /properties.responseTopic must be a topic without/],
      [{ contentType: "\0" }, /properties.contentType must be a text without U\+0000/],
      [{ messageExpiryInterval: 1.5 }, /properties.messageExpiryInterval must be a whole number/],
      [{ correlationData: 7 }, /properties.correlationData must be a text or bytes/],
      [{ userProperties: ["a"] }, /properties.userProperties must be an object/],
    ] as const) {
      const publishing = client.publish("t", "x", { qos: 1, properties: wrong as object });
      await assert.rejects(publishing, { name: "PropertyError", message });
    }
    await client.publish("t", "right", { qos: 1 });
    assert.equal(broker.of("publish").length, 1);
  });
});

describe("subscribe in MQTT 5", () => {
  it("carries options, identifier and user properties, each request its own", async (t) => {
    const { broker, client } = await connected(t);
    const requests = [
      client.subscribe(
        { a: { qos: 1, nl: true }, b: { qos: 2, rap: true, rh: 2 } },
        { properties: { subscriptionIdentifier: 300, userProperties: { u: "1" } } },
      ),
      client.subscribe("c", { qos: 1, rh: 1, properties: { userProperties: { u: "2" } } }),
      client.subscribe("d"),
    ];
    assert.deepEqual(
      (await Promise.all(requests)).flat().map(({ topic, qos }) => [topic, qos]),
      [
        ["a", 1],
        ["b", 2],
        ["c", 1],
        ["d", 0],
      ],
    );
    const seen = broker.of("subscribe").map(({ subscriptions, properties }) => ({
      filters: subscriptions.map(({ topic, qos, nl, rap, rh }) => [topic, qos, nl, rap, rh]),
      properties: plain(properties),
    }));
    assert.deepEqual(seen, [
      {
        filters: [
          ["a", 1, true, false, 0],
          ["b", 2, false, true, 2],
        ],
        properties: { subscriptionIdentifier: 300, userProperties: { u: "1" } },
      },
      { filters: [["c", 1, false, false, 1]], properties: { userProperties: { u: "2" } } },
      { filters: [["d", 0, false, false, 0]], properties: undefined },
    ]);
    await client.unsubscribe("a", { properties: { userProperties: { bye: "a" } } });
    assert.deepEqual(plain(broker.of("unsubscribe")[0]?.properties), { userProperties: { bye: "a" } });
  });

  it("tells the broker's own reason for a filter that it refuses", async (t) => {
    const { client } = await connected(
      t,
      {},
      answering("subscribe", ({ messageId }: { messageId: number }) => ({
        cmd: "suback",
        messageId,
        granted: [0x8f],
      })),
    );
    assert.deepEqual(await client.subscribe("t"), [{ topic: "t", qos: 0x8f }]);
  });

  it("is refused for an identifier or an option that is none", async (t) => {
    const { client } = await connected(t);
    const identifier = { subscriptionIdentifier: 0 };
    await assert.rejects(client.subscribe("t", { properties: identifier }), /from 1 to 268435455/);
    await assert.rejects(client.subscribe("t", { rh: 3 as 0 }), /rh must be one of 0, 1, 2/);
    await assert.rejects(client.subscribe("t", { nl: 1 as never }), /nl must be true or false/);
  });
});

describe("a message of MQTT 5", () => {
  const publish = { cmd: "publish", topic: "t", qos: 1, messageId: 5, dup: false, retain: false } as const;

  it("comes with its properties, whole and in parts, and under an alias", async (t) => {
    const { broker, client } = await connected(t, { properties: { topicAliasMaximum: 2 } });
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 9,
      contentType: "c",
      responseTopic: "r",
      correlationData: Buffer.of(0),
      subscriptionIdentifier: [3, 268_435_455],
      userProperties: { a: ["1", "2"], b: "3" },
    };
    const messages: ClientEvents["message"][] = [];
    client.on("message", (...args) => messages.push(args));
    const [peer] = broker.peers;
    const wire = { ...properties, topicAlias: 2, subscriptionIdentifier: [3, 268_435_455] as never };
    peer?.send({ ...publish, payload: "first", properties: wire });
    peer?.send({ ...publish, topic: "", messageId: 6, payload: "x".repeat(200_000), properties: wire });
    await broker.seen("puback", 2);
    await sleep(5);
    for (const [i, payload] of ["first", "x".repeat(200_000)].entries()) {
      const [topic, bytes, packet] = messages[i] ?? [];
      assert.deepEqual([topic, String(bytes)], ["t", payload]);
      assert.deepEqual(plain(packet?.properties), { ...properties, topicAlias: 2 });
    }
  });

  it("beyond the announced Receive Maximum ends the connection", async (t) => {
    const { broker, client } = await connected(t, { properties: { receiveMaximum: 1 } });
    const error = told(client, "error");
    for (const messageId of [1, 2])
      broker.peers[0]?.send({ ...publish, qos: 2, messageId, payload: "x", properties: {} });
    assert.equal((await error)[0].code, "receive-maximum-exceeded");
    await broker.seen("disconnect");
    assert.equal(broker.of("disconnect")[0]?.reasonCode, 0x93);
  });
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

describe("authentication", () => {
  it("goes through its steps, and begins anew while connected", async (t) => {
    const method = { authenticationMethod: "M" };
    const { broker, client } = await start(
      t,
      { properties: { ...method, authenticationData: "hello" } },
      (packet, peer) => {
        const step = broker.of("auth").length;
        if (packet.cmd === "connect" || (packet.cmd === "auth" && (step === 1 || step === 3))) {
          const properties = { ...method, authenticationData: Buffer.from(`challenge ${step}`) };
          peer.send({ cmd: "auth", reasonCode: 0x18, properties } as Packet);
          return true;
        }
        if (packet.cmd !== "auth") return false;
        const accepted = { reasonCode: 0, properties: method };
        if (step === 2) peer.send({ cmd: "connack", sessionPresent: false, ...accepted } as Packet);
        else peer.send({ cmd: "auth", ...accepted } as Packet);
        return true;
      },
    );
    const words: string[] = [];
    client.on("auth", ({ reasonCode, properties }) => {
      words.push(`${reasonCode} ${properties.authenticationData ?? "done"}`);
      if (reasonCode === 0x18) client.authenticate({ authenticationData: `answer ${words.length}` });
    });
    await told(client, "connect");
    client.authenticate({ authenticationData: "again" });
    await broker.seen("auth", 4);
    while (words.length < 4) await sleep(2);
    assert.deepEqual(words, ["24 challenge 0", "24 challenge 1", "24 challenge 3", "0 done"]);
    assert.deepEqual(
      broker
        .of("auth")
        .map(({ reasonCode, properties }) => [
          reasonCode,
          properties?.authenticationMethod,
          String(properties?.authenticationData),
        ]),
      [
        [0x18, "M", "answer 1"],
        [0x18, "M", "answer 2"],
        [0x19, "M", "again"],
        [0x18, "M", "answer 3"],
      ],
    );
  });

  it("out of turn is refused", async (t) => {
    const { client } = await connected(t);
    assert.throws(() => client.authenticate(), { code: "wrong-phase" });
  });
});
