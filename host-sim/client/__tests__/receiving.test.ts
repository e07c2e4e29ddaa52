// Claims about what a Node client asks of a broker that follows a script, and what it makes of the messages that come.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { texts } from "./support/seen.ts";
import { told, worldsOf } from "./support/world.ts";

const { connected } = worldsOf({ protocolVersion: 4 });

describe("subscribe", () => {
  it("answers with what was granted, refusals included, however the filters are given", async (t) => {
    const { broker, client } = await connected(t, {}, (packet, peer) => {
      if (packet.cmd !== "subscribe") return false;
      const granted = packet.subscriptions.map(({ topic, qos }) => (topic === "no" ? 0x80 : qos));
      peer.send({ cmd: "suback", messageId: packet.messageId, granted });
      return true;
    });
    assert.deepEqual(await client.subscribe("a", { qos: 1 }), [{ topic: "a", qos: 1 }]);
    assert.deepEqual(await client.subscribe(["b/#", "no"]), [
      { topic: "b/#", qos: 0 },
      { topic: "no", qos: 0x80 },
    ]);
    assert.deepEqual(await client.subscribe({ c: 2, d: { qos: 1 } }), [
      { topic: "c", qos: 2 },
      { topic: "d", qos: 1 },
    ]);
    assert.equal(broker.of("subscribe").length, 3);
    await client.unsubscribe(["a", "never"]);
    assert.deepEqual(broker.of("unsubscribe").at(-1)?.unsubscriptions, ["a", "never"]);
  });

  it("requests for one filter take turns, in the order they were made", async (t) => {
    const { broker, client } = await connected(t);
    const grants = await Promise.all([
      client.subscribe("a", { qos: 0 }),
      client.unsubscribe("a"),
      client.subscribe("a", { qos: 2 }),
    ]);
    assert.deepEqual([grants[0], grants[2]], [[{ topic: "a", qos: 0 }], [{ topic: "a", qos: 2 }]]);
    const verbs = broker.packets.map(({ cmd }) => cmd).filter((cmd) => cmd.endsWith("subscribe"));
    assert.deepEqual(verbs, ["subscribe", "unsubscribe", "subscribe"]);
  });

  it("is refused whole when it is wrong or does not fit", async (t) => {
    const { broker, client } = await connected(t, { capacities: { filters: 2 } });
    await assert.rejects(client.subscribe(["a", "b", "c"]), { code: "too-many-filters" });
    await assert.rejects(client.subscribe("a#"), { code: "bad-filter" });
    await client.subscribe(["a", "b"]);
    assert.equal(broker.of("subscribe").length, 1);
  });

  it("is made again by the client itself when the broker has forgotten it", async (t) => {
    const { broker, client } = await connected(t, { clean: true });
    await client.subscribe("a", { qos: 1 });
    broker.peers[0]?.reset();
    await broker.seen("subscribe", 2);
    const [, again] = broker.of("subscribe");
    assert.deepEqual(
      again?.subscriptions.map(({ topic, qos }) => [topic, qos]),
      [["a", 1]],
    );
  });
});

describe("messages", () => {
  const publish = { cmd: "publish", topic: "t", dup: false, retain: false } as const;

  it("are told with bytes of their own, and acknowledged", async (t) => {
    const { broker, client } = await connected(t);
    const got: Buffer[] = [];
    client.on("message", (_, payload) => got.push(payload));
    broker.peers[0]?.send({ ...publish, payload: "first", qos: 1, messageId: 5, retain: true });
    broker.peers[0]?.send({ ...publish, payload: "second", qos: 2, messageId: 6 });
    await broker.seen("pubrec");
    assert.deepEqual(got.map(String), ["first", "second"]);
    assert.equal(broker.of("puback")[0]?.messageId, 5);
  });

  it("that are large are put together, or come in parts to who asked for that", async (t) => {
    const payload = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 253));
    const { broker, client } = await connected(t);
    const whole = told(client, "message");
    broker.peers[0]?.send({ ...publish, payload, qos: 1, messageId: 1 });
    const [, received, packet] = await whole;
    assert.deepEqual(received, payload);
    assert.equal(packet.payload, received);

    const { broker: other, client: streaming } = await connected(t, { streamLargeMessages: true });
    const parts: Buffer[] = [];
    streaming.on("part", (part) => {
      assert.deepEqual([part.offset, part.total], [Buffer.concat(parts).length, payload.length]);
      parts.push(part.payload);
    });
    streaming.on("message", () => assert.fail("not also whole"));
    other.peers[0]?.send({ ...publish, payload, qos: 1, messageId: 1 });
    await other.seen("puback");
    assert.deepEqual(Buffer.concat(parts), payload);
  });

  it("larger than wanted are said, acknowledged, and not delivered", async (t) => {
    const { broker, client } = await connected(t, { maximumMessageBytes: 100_000 });
    client.on("message", () => assert.fail("it is too large"));
    const tooLarge = told(client, "tooLarge");
    broker.peers[0]?.send({ ...publish, payload: Buffer.alloc(100_001), qos: 1, messageId: 1 });
    assert.deepEqual(await tooLarge, [{ topic: "t", total: 100_001 }]);
    await broker.seen("puback");
  });

  it("may be answered from within their event", async (t) => {
    const { broker, client } = await connected(t);
    const answered = new Promise((resolve) => {
      client.on("message", (_, payload) => resolve(client.publish("answer", payload, { qos: 1 })));
    });
    broker.peers[0]?.send({ ...publish, payload: "question", qos: 0 });
    await answered;
    assert.deepEqual(texts(broker), ["question"]);
  });
});
