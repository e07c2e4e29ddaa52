// Claims about what a Node client publishes to a broker that follows a script: what goes on the wire, in which order, and how it
// ends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Packet } from "mqtt-packet";
import type { Script } from "./support/scripted-broker.ts";
import { keepsSilentFor } from "./support/scripts.ts";
import { texts } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected, start } = worldsOf({ protocolVersion: 4 });

/** From the second connection on the session is there. */
function keepsTheSession(packet: Packet, { connection, send }: Parameters<Script>[1]): boolean {
  if (packet.cmd !== "connect" || packet.clean || connection < 2) return false;
  send({ cmd: "connack", returnCode: 0, sessionPresent: true });
  return true;
}

describe("publish", () => {
  it("resolves at the final ack of each QoS", async (t) => {
    const { broker, client } = await connected(t);
    for (const qos of [0, 1, 2] as const) {
      assert.deepEqual(await client.publish("t", `${qos}`, { qos, retain: qos === 1 }), { reasonCode: 0 });
    }
    assert.deepEqual(
      broker.of("publish").map(({ qos, retain, messageId }) => [qos, retain, messageId]),
      [
        [0, false, undefined],
        [1, true, 1],
        [2, false, 2],
      ],
    );
    assert.equal(broker.of("pubrel").length, 1);
  });

  it("does not resolve before its ack", async (t) => {
    const { broker, client } = await connected(t, {}, keepsSilentFor(1));
    let isDone = false;
    const published = client.publish("t", "x", { qos: 1 }).then(() => {
      isDone = true;
    });
    await broker.seen("publish");
    await sleep(20);
    assert.equal(isDone, false);
    broker.peers[0]?.send({ cmd: "puback", messageId: 1 });
    await published;
  });

  it("keeps the order of far more messages than the outbox holds, at every QoS", async (t) => {
    const { broker, client } = await start(t, { capacities: { outboxBytes: 500, entries: 8, window: 4 } });
    const wanted = Array.from({ length: 1000 }, (_, i) => `message ${i}`);
    await Promise.all(wanted.map((text, i) => client.publish("t", text, { qos: (i % 3) as 0 })));
    assert.deepEqual(texts(broker), wanted);
  });

  it("sends a payload larger than the outbox from the caller's bytes as they were at the call", async (t) => {
    const { broker, client } = await connected(t);
    const large = Buffer.alloc(200_000, "0123456789");
    const before = client.publish("t", "before", { qos: 1 });
    const published = client.publish("t", large, { qos: 2 });
    const after = client.publish("t", "after", { qos: 1 });
    large.fill(0);
    await Promise.all([before, published, after]);
    assert.deepEqual(texts(broker), ["before", "0123456789".repeat(20_000), "after"]);
  });

  it("sends a large payload whole again when it was cut off in the middle", async (t) => {
    const { broker, client } = await start(t, { clean: false }, (packet, peer) => {
      if (packet.cmd === "publish" && peer.connection === 1) {
        peer.reset();
        return true;
      }
      return keepsTheSession(packet, peer);
    });
    await told(client, "connect");
    await client.publish("t", "0123456789".repeat(20_000), { qos: 1 });
    const sent = broker.of("publish");
    assert.deepEqual(
      sent.map(({ messageId, dup }) => [messageId, dup]),
      [
        [1, false],
        [1, true],
      ],
    );
    assert.equal(String(sent[1]?.payload), "0123456789".repeat(20_000));
  });

  it("of one turn leaves in one write", async (t) => {
    const { broker, client } = await connected(t);
    const chunks: number[] = [];
    broker.peers[0]?.onChunk((bytes) => chunks.push(bytes));
    await Promise.all(Array.from({ length: 50 }, () => client.publish("topic", "payload", { qos: 1 })));
    assert.equal(chunks.length, 1);
  });

  it("at QoS 0 waits for a connection, unless it must not", async (t) => {
    const { client } = await start(t);
    await client.publish("t", "early");
    const { client: strict } = await start(t, { queueQoSZero: false });
    await assert.rejects(strict.publish("t", "early"), { code: "offline" });
  });

  // [MQTT3-3.3.2-2] [MQTT3-4.7.1-1] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3]
  it("is refused with a code, and nothing is sent", async (t) => {
    const { broker, client } = await connected(t);
    const refusals: readonly (readonly [topic: string, qos: number, code: string])[] = [
      ["", 0, "topic-empty"],
      ["a/#", 1, "topic-wildcard"],
      ["\ud800", 1, "bad-utf8"],
      ["a\0b", 1, "bad-utf8"],
      ["x".repeat(65_536), 1, "topic-too-large"],
      ["t", 3, "qos-range"],
    ];
    for (const [topic, qos, code] of refusals) {
      await assert.rejects(client.publish(topic, "x", { qos: qos as 0 }), { name: "MqttError", code });
    }
    await client.publish("t", "right", { qos: 1 });
    assert.deepEqual(texts(broker), ["right"]);
  });

  it("beyond what may wait is refused, by number and by bytes", async (t) => {
    const { client } = await start(
      t,
      { maxQueuedMessages: 2, maxQueuedBytes: 10, capacities: { entries: 1 } },
      (packet) => packet.cmd === "connect",
    );
    const held = [1, 2, 3].map((i) => client.publish("t", `${i}`, { qos: 1 }));
    for (const one of held) one.catch(() => {});
    await assert.rejects(client.publish("t", "4", { qos: 1 }), { code: "queue-full" });
    const { client: other } = await start(
      t,
      { maxQueuedBytes: 10, capacities: { entries: 1 } },
      (packet) => packet.cmd === "connect",
    );
    other.publish("t", "1", { qos: 1 }).catch(() => {});
    await assert.rejects(other.publish("t", "longer than ten bytes", { qos: 1 }), { code: "queue-full" });
  });

  it("that the broker forgot with its session is dropped at QoS 2, and published anew at QoS 1", async (t) => {
    const { broker, client } = await start(t, { clean: false }, keepsSilentFor(2));
    await told(client, "connect");
    const dropped = told(client, "dropped");
    const lost = told(client, "sessionLost");
    const exactly = client.publish("two", "x", { qos: 2 });
    const atLeast = client.publish("one", "x", { qos: 1 });
    const rejected = assert.rejects(exactly, { code: "session-lost" });
    await broker.seen("publish", 2);
    broker.peers[1]?.reset();
    await Promise.all([atLeast, rejected, lost]);
    assert.deepEqual(await dropped, [{ topic: "two", why: "session-lost" }]);
    const again = broker.of("publish").at(-1);
    assert.deepEqual([again?.topic, again?.dup], ["one", false]);
  });
});

describe("prepared topics", () => {
  it("are published by handle, and each message ends once by ticket", async (t) => {
    const { broker, client } = await connected(t);
    const topic = client.prepareTopic("prepared/topic");
    const ended: number[] = [];
    client.onOutcome = (ticket, reason) => {
      assert.equal(reason, 0);
      ended.push(ticket);
    };
    const tickets = [0, 1, 2].map((qos) => client.publishBytes(topic, Buffer.from(`${qos}`), qos as 0));
    assert.ok(tickets.every((ticket) => ticket > 0));
    await broker.seen("pubrel");
    await client.publish("t", "last", { qos: 1 });
    assert.deepEqual([...ended].sort(), [...tickets].sort());
    assert.deepEqual(texts(broker), ["0", "1", "2", "last"]);
  });

  it("refuse by status when there is no room, and nothing is half sent", async (t) => {
    const { broker, client } = await connected(t, { capacities: { entries: 4 } }, keepsSilentFor(1));
    const topic = client.prepareTopic("t");
    const answers = Array.from({ length: 6 }, () => client.publishBytes(topic, Buffer.from("x"), 1));
    assert.deepEqual(
      answers.map((answer) => answer > 0),
      [true, true, true, true, false, false],
    );
    await broker.seen("publish", 4);
    assert.throws(() => client.prepareTopic("a/+"), { code: "topic-wildcard" });
  });
});
