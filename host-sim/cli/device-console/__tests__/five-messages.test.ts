// Claims about `device --stdio` in MQTT 5 against a broker that follows a script: messages and subscriptions, with every field on
// the wire and everything that the broker says as a line. Connecting is for five-connection.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Packet } from "mqtt-packet";
import { world } from "./support/console-world.ts";
import { accepting, connectFive, plain } from "./support/five.ts";

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
    await console.ask(connectFive(broker), "connected");
    for (const payload of ["short", "x".repeat(100_000)]) {
      await console.ask({ op: "publish", topic: "t", payload, qos: 1, properties }, "published");
      const packet = broker.of("publish").at(-1);
      assert.equal(String(packet?.payload), payload);
      assert.deepEqual(plain(packet?.properties), { ...properties, correlationData: Buffer.from("grün") });
    }
  });

  it("come in with every property, those of a large one with its first part", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectFive(broker, { properties: { topicAliasMaximum: 1 } }), "connected");
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
    await console.ask(connectFive(broker), "connected");
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
    const dropped = await console.ask(connectFive(broker), "dropped");
    assert.deepEqual(dropped, { ev: "dropped", tag: "high", why: "not-supported-by-broker" });
    assert.equal((await console.ask({ op: "publish", topic: "t", qos: 2 }, "refused")).why, "not-supported");
  });

  it("of a topic that repeats name it once, where the broker takes aliases", async (t) => {
    const { broker, console } = await world(t, accepting({ topicAliasMaximum: 5 }));
    await console.ask(connectFive(broker), "connected");
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
    await console.ask(connectFive(broker), "connected");
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
    await console.ask(connectFive(broker, { version: 4 }), "connected");
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
