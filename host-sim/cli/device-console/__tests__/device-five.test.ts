// Claims about `device --stdio` in MQTT 5 against a broker that follows a script: every field goes on the wire, and everything that
// the broker says comes back as a line.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Packet } from "mqtt-packet";
import {
  type Script,
  type ScriptedBroker,
  startScriptedBroker,
} from "../../../client/__tests__/support/scripted-broker.ts";
import { DrivenConsole } from "./support/driven-console.ts";

async function world(t: TestContext, script?: Script) {
  const broker = await startScriptedBroker(script);
  t.after(() => broker.close());
  return { broker, console: new DrivenConsole(t) };
}

function connectTo({ port }: ScriptedBroker, fields: object = {}) {
  return { op: "connect", host: "127.0.0.1", port, version: 5, clientId: "one", ...fields };
}

function accepting(properties: object, more: object = {}): Script {
  return (packet, peer) => {
    if (packet.cmd !== "connect") return false;
    peer.send({ cmd: "connack", reasonCode: 0, sessionPresent: false, ...more, properties } as Packet);
    return true;
  };
}

/** mqtt-packet's objects have no prototype. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value) || Array.isArray(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}

describe("connect with version 5", () => {
  it("carries every property of the client and of its will", async (t) => {
    const { broker, console } = await world(t);
    const properties = {
      sessionExpiryInterval: 100,
      receiveMaximum: 20,
      maximumPacketSize: 50_000,
      topicAliasMaximum: 10,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: { a: ["1", "2"] },
    };
    const will = {
      willDelayInterval: 5,
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: "text/plain",
      responseTopic: "answers",
      userProperties: { w: "x" },
    };
    const connected = await console.ask(
      connectTo(broker, {
        properties,
        will: { topic: "w", payload: "gone", properties: { ...will, correlationDataBase64: "AP8=" } },
      }),
      "connected",
    );
    assert.deepEqual(connected, { ev: "connected", sessionPresent: false, reasonCode: 0, properties: {} });
    const [packet] = broker.of("connect");
    assert.deepEqual(plain(packet?.properties), properties);
    assert.deepEqual(plain(packet?.will?.properties), { ...will, correlationData: Buffer.of(0, 255) });
  });

  it("tells what the broker says of itself, and its refusal with reason and properties", async (t) => {
    const said = { maximumQoS: 1, retainAvailable: false, serverKeepAlive: 7, userProperties: { a: "b" } };
    const { broker, console } = await world(t, accepting(said));
    assert.deepEqual((await console.ask(connectTo(broker), "connected")).properties, said);

    const why = { reasonString: "no room", serverReference: "other" };
    const other = await world(t, accepting(why, { reasonCode: 0x97 }));
    assert.deepEqual(await other.console.ask(connectTo(other.broker, { tag: 1 }), "closed"), {
      ev: "closed",
      tag: 1,
      by: "server",
      reasonCode: 0x97,
      why: "quota-exceeded",
      properties: why,
    });
  });

  it("says so when the broker speaks 3.1.1 only", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "connect" || packet.protocolVersion !== 5) return false;
      peer.sendBytes(Buffer.of(0x20, 2, 0, 1));
      return true;
    });
    assert.deepEqual(await console.ask(connectTo(broker, { tag: "c" }), "connected"), {
      ev: "connected",
      tag: "c",
      sessionPresent: false,
      reasonCode: 0,
      version: 4,
    });
    assert.equal(console.lines.length, 1);
  });

  it("begins a new session with clean, and goes on with a kept one without", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "connect") return false;
      peer.send({ cmd: "connack", reasonCode: 0, sessionPresent: !packet.clean } as Packet);
      return true;
    });
    const kept = { properties: { sessionExpiryInterval: 100 } };
    for (const clean of [false, false, true, false]) {
      const { sessionPresent } = await console.ask(connectTo(broker, { ...kept, clean }), "connected");
      assert.equal(sessionPresent, !broker.of("connect").at(-1)?.clean);
      await console.ask({ op: "disconnect" }, "closed");
    }
    assert.deepEqual(
      broker.of("connect").map(({ clean, properties }) => [clean, properties?.sessionExpiryInterval]),
      [
        [true, 100],
        [false, 100],
        [true, 100],
        [false, 100],
      ],
    );
  });

  it("under the client id that the broker assigned goes on with its session", async (t) => {
    const { broker, console } = await world(t, accepting({ assignedClientIdentifier: "you" }));
    const kept = { clean: false, clientId: "" };
    await console.ask(connectTo(broker, kept), "connected");
    await console.ask({ op: "disconnect" }, "closed");
    console.send({ op: "publish", topic: "t", payload: "kept", qos: 1, tag: "kept" });
    console.send(connectTo(broker, { ...kept, clientId: "you" }));
    assert.equal((await console.next("published")).tag, "kept");
    assert.deepEqual(
      broker.of("connect").map(({ clientId, clean }) => [clientId, clean]),
      [
        ["", true],
        ["you", false],
      ],
    );
  });

  it("keeps its Receive Maximum while anything is kept", async (t) => {
    const { broker, console } = await world(t);
    const maximum = (receiveMaximum: number, more: object = {}) =>
      connectTo(broker, { properties: { receiveMaximum, sessionExpiryInterval: 9 }, ...more });
    await console.ask(maximum(20), "connected");
    await console.ask({ op: "subscribe", filters: [{ filter: "a" }] }, "subscribed");
    await console.ask({ op: "disconnect" }, "closed");
    const refused = await console.ask(maximum(1), "refused");
    assert.match(String(refused.why), /receiveMaximum stays 20 .*; accepted: 20, or any with fresh: true/);
    await console.ask(maximum(1, { fresh: true }), "connected");
    assert.deepEqual(
      broker.of("connect").map(({ properties }) => properties?.receiveMaximum),
      [20, 1],
    );
  });
});

describe("messages in MQTT 5", () => {
  const properties = {
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    contentType: "text/plain",
    responseTopic: "answers",
    correlationData: "grün",
    userProperties: { a: ["1", "2"], b: "3" },
  };

  it("go out with every property, in one go and in parts", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    for (const payload of ["short", "x".repeat(100_000)]) {
      await console.ask({ op: "publish", topic: "t", payload, qos: 1, properties }, "published");
      const packet = broker.of("publish").at(-1);
      assert.equal(String(packet?.payload), payload);
      assert.deepEqual(plain(packet?.properties), { ...properties, correlationData: Buffer.from("grün") });
    }
  });

  it("come in with every property, those of a large one with its first part", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { properties: { topicAliasMaximum: 1 } }), "connected");
    const more = { subscriptionIdentifier: [1, 300] as never, topicAlias: 1 };
    const sent = { ...properties, ...more, correlationData: Buffer.of(255) };
    const { correlationData: _, ...text } = { ...properties, ...more };
    const told = { ...text, correlationDataBase64: "/w==" };
    const publish = { cmd: "publish", qos: 0, dup: false, retain: false, properties: sent } as const;
    broker.peers[0]?.send({ ...publish, topic: "t", payload: "x" });
    broker.peers[0]?.send({ ...publish, topic: "", payload: "y".repeat(10_000) });
    assert.deepEqual((await console.next("message")).properties, told);
    const first = await console.next("message");
    assert.deepEqual([first.topic, first.offset, first.properties], ["t", 0, told]);
    const second = await console.next("message");
    assert.ok(!("properties" in second) && second.topic === "t");
  });

  it("end as published or as rejected, with the broker's reason", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "publish") return false;
      const reasonCode = packet.topic === "nobody" ? 0x10 : 0x87;
      const answer = { messageId: packet.messageId, reasonCode, properties: { reasonString: "so" } };
      peer.send({ cmd: packet.qos === 1 ? "puback" : "pubrec", ...answer } as Packet);
      return true;
    });
    await console.ask(connectTo(broker), "connected");
    const ended = { properties: { reasonString: "so" } };
    assert.deepEqual(await console.ask({ op: "publish", topic: "nobody", qos: 1, tag: 1 }, "published"), {
      ev: "published",
      tag: 1,
      reasonCode: 0x10,
      ...ended,
    });
    for (const qos of [1, 2]) {
      assert.deepEqual(await console.ask({ op: "publish", topic: "no", qos, tag: qos }, "rejected"), {
        ev: "rejected",
        tag: qos,
        reasonCode: 0x87,
        ...ended,
      });
    }
  });

  it("that nobody took in time are dropped as expired, those beyond the broker's limits as not supported", async (t) => {
    const { broker, console } = await world(t, accepting({ maximumQoS: 1 }));
    const expiring = { messageExpiryInterval: 1 };
    console.send({ op: "publish", topic: "t", qos: 1, properties: expiring, tag: "old" });
    assert.deepEqual(await console.next("dropped"), { ev: "dropped", tag: "old", why: "expired" });
    console.send({ op: "publish", topic: "t", qos: 2, tag: "high" });
    const dropped = await console.ask(connectTo(broker), "dropped");
    assert.deepEqual(dropped, { ev: "dropped", tag: "high", why: "not-supported-by-broker" });
    assert.equal((await console.ask({ op: "publish", topic: "t", qos: 2 }, "refused")).why, "not-supported");
  });

  it("of a topic that repeats name it once, where the broker takes aliases", async (t) => {
    const { broker, console } = await world(t, accepting({ topicAliasMaximum: 5 }));
    await console.ask(connectTo(broker), "connected");
    for (const _ of [1, 2]) await console.ask({ op: "publish", topic: "long/topic", qos: 1 }, "published");
    assert.deepEqual(
      broker.of("publish").map(({ topic, properties: own }) => [topic, own?.topicAlias]),
      [
        ["long/topic", 1],
        ["", 1],
      ],
    );
  });
});

describe("subscribe and unsubscribe in MQTT 5", () => {
  it("carry options, identifier and user properties, each request its own", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "subscribe" && packet.cmd !== "unsubscribe") return false;
      const { cmd, messageId } = packet;
      const granted = cmd === "subscribe" ? packet.subscriptions.map(() => 0x9e) : [0x11];
      const answer = { messageId, granted, properties: { reasonString: "so" } };
      peer.send({ cmd: cmd === "subscribe" ? "suback" : "unsuback", ...answer } as Packet);
      return true;
    });
    await console.ask(connectTo(broker), "connected");
    const wish = { noLocal: true, retainAsPublished: true, retainHandling: 2 };
    console.send({
      op: "subscribe",
      filters: [{ filter: "a", qos: 1, ...wish }, { filter: "b" }],
      properties: { subscriptionIdentifier: 300, userProperties: { u: "1" } },
      tag: 1,
    });
    console.send({ op: "subscribe", filters: [{ filter: "c" }], properties: { userProperties: { u: "2" } } });
    console.send({ op: "subscribe", filters: [{ filter: "d" }], tag: 3 });
    const so = { properties: { reasonString: "so" } };
    assert.deepEqual(await console.next("subscribed"), {
      ev: "subscribed",
      tag: 1,
      reasonCodes: [0x9e, 0x9e],
      ...so,
    });
    await console.next("subscribed");
    assert.equal((await console.next("subscribed")).tag, 3);
    assert.deepEqual(
      broker
        .of("subscribe")
        .map(({ subscriptions, properties }) => [
          subscriptions.map(({ topic, qos, nl, rap, rh }) => [topic, qos, nl, rap, rh]),
          plain(properties),
        ]),
      [
        [
          [
            ["a", 1, true, true, 2],
            ["b", 0, false, false, 0],
          ],
          { subscriptionIdentifier: 300, userProperties: { u: "1" } },
        ],
        [[["c", 0, false, false, 0]], { userProperties: { u: "2" } }],
        [[["d", 0, false, false, 0]], undefined],
      ],
    );
    const gone = { op: "unsubscribe", filters: ["z"], properties: { userProperties: { bye: "z" } } };
    assert.deepEqual(await console.ask(gone, "unsubscribed"), {
      ev: "unsubscribed",
      reasonCodes: [0x11],
      ...so,
    });
    assert.deepEqual(plain(broker.of("unsubscribe")[0]?.properties), { userProperties: { bye: "z" } });
  });

  it("are refused in an older version with what only 5 has", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { version: 4 }), "connected");
    const why = async (request: object) => String((await console.ask(request, "refused")).why);
    const filters = [{ filter: "a", noLocal: true }];
    assert.match(await why({ op: "subscribe", filters }), /filters.0.noLocal needs MQTT 5/);
    const properties = { userProperties: { a: "b" } };
    assert.match(await why({ op: "unsubscribe", filters: ["a"], properties }), /properties need MQTT 5/);
    assert.match(await why({ op: "publish", topic: "t", properties }), /properties need MQTT 5/);
    assert.match(await why({ op: "disconnect", reasonCode: 4 }), /reasonCode needs MQTT 5/);
    assert.match(await why({ op: "auth" }), /auth needs MQTT 5/);
    assert.equal(broker.packets.length, 1);
  });
});

describe("auth", () => {
  it("goes through its steps and begins anew, each side's code and data told", async (t) => {
    const method = { authenticationMethod: "M" };
    const { broker, console } = await world(t, (packet, peer) => {
      const step = broker.of("auth").length;
      if (packet.cmd === "connect" || (packet.cmd === "auth" && step === 2)) {
        const properties = { ...method, authenticationData: Buffer.of(0xff, step) };
        peer.send({ cmd: "auth", reasonCode: 0x18, properties } as Packet);
        return true;
      }
      if (packet.cmd !== "auth") return false;
      const accepted = { reasonCode: 0, properties: method };
      if (step === 1) peer.send({ cmd: "connack", sessionPresent: false, ...accepted } as Packet);
      else peer.send({ cmd: "auth", ...accepted } as Packet);
      return true;
    });
    const data = { authenticationData: "hello" };
    const first = await console.ask(connectTo(broker, { properties: { ...method, ...data } }), "auth");
    const challenge = { ...method, authenticationDataBase64: "/wA=" };
    assert.deepEqual(first, { ev: "auth", reasonCode: 24, properties: challenge });
    const early = await console.ask({ op: "auth", reasonCode: 25, properties: method }, "refused");
    assert.match(String(early.why), /reasonCode: accepted now: 24/);
    const answer = {
      op: "auth",
      reasonCode: 24,
      properties: { ...method, authenticationDataBase64: "AA==" },
    };
    await console.ask(answer, "connected");
    assert.equal(
      (await console.ask({ op: "auth", reasonCode: 25, properties: data }, "auth")).reasonCode,
      24,
    );
    assert.deepEqual(await console.ask({ op: "auth", properties: data }, "auth"), {
      ev: "auth",
      reasonCode: 0,
      properties: method,
    });
    assert.deepEqual(
      broker
        .of("auth")
        .map(({ reasonCode, properties }) => [
          reasonCode,
          properties?.authenticationMethod,
          properties?.authenticationData,
        ]),
      [
        [24, "M", Buffer.of(0)],
        [25, "M", Buffer.from("hello")],
        [24, "M", Buffer.from("hello")],
      ],
    );
    const other = { op: "auth", properties: { authenticationMethod: "N" } };
    assert.equal((await console.ask(other, "refused")).why, "bad-properties");
  });
});

describe("the end in MQTT 5", () => {
  it("asked for says its reason and properties", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { properties: { sessionExpiryInterval: 9 } }), "connected");
    const properties = { sessionExpiryInterval: 5, reasonString: "bye", userProperties: { a: "b" } };
    const refused = await console.ask({ op: "disconnect", reasonCode: 1 }, "refused");
    assert.match(String(refused.why), /reasonCode must be one of 0, 4, 128/);
    const closed = await console.ask({ op: "disconnect", reasonCode: 4, properties, tag: 1 }, "closed");
    assert.deepEqual(closed, { ev: "closed", tag: 1, by: "client", reasonCode: 4, why: "goodbye" });
    const [packet] = broker.of("disconnect");
    assert.deepEqual([packet?.reasonCode, plain(packet?.properties)], [4, properties]);
  });

  it("by the broker is told with its reason and properties", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const properties = { reasonString: "night", serverReference: "other" };
    broker.peers[0]?.send({ cmd: "disconnect", reasonCode: 0x9d, properties } as Packet);
    assert.deepEqual(await console.next("closed"), {
      ev: "closed",
      by: "server",
      reasonCode: 0x9d,
      why: "server-moved",
      properties,
    });
  });

  it("for what the broker did wrong tells the reason that it was given", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { properties: { maximumPacketSize: 100 } }), "connected");
    const publish = { cmd: "publish", topic: "t", qos: 0, dup: false, retain: false } as const;
    broker.peers[0]?.send({ ...publish, payload: "x".repeat(100) });
    const { by, reasonCode, why } = await console.next("closed");
    assert.deepEqual([by, reasonCode, why], ["client", 0x95, "packet-too-large"]);
    await broker.seen("disconnect");
    assert.equal(broker.of("disconnect")[0]?.reasonCode, 0x95);
  });
});
