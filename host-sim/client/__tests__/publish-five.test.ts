// Claims about what a Node client publishes in MQTT 5 to a broker that follows a script: properties, reasons, limits, expiry.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Packet } from "mqtt-packet";
import { answering } from "./support/scripts.ts";
import { plain } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected } = worldsOf({});

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
