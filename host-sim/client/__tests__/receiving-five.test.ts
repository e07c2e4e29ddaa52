// Claims about what a Node client asks in MQTT 5 of a broker that follows a script, and what it makes of the messages that come.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientEvents } from "../events.ts";
import { answering } from "./support/scripts.ts";
import { plain } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected } = worldsOf({});

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
