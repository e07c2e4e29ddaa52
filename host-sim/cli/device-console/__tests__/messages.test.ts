// Claims about `device --stdio` against a broker that follows a script: what each message and subscription brings about on both
// sides. How a connection begins is for connection.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectTo, world } from "./support/console-world.ts";

describe("publish", () => {
  it("ends once, with its own tag, at the final ack", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    for (const qos of [0, 1, 2]) {
      const published = await console.ask(
        { op: "publish", topic: "t", payload: "p", qos, tag: qos },
        "published",
      );
      assert.deepEqual(published, { ev: "published", tag: qos, reasonCode: 0 });
    }
    const sent = broker.of("publish");
    assert.deepEqual(
      sent.map(({ qos, messageId, dup }) => [qos, messageId, dup]),
      [
        [0, undefined, false],
        [1, 1, false],
        [2, 2, false],
      ],
    );
    assert.equal(broker.of("pubrel").length, 1);
  });

  it("queued offline starts with packet id 1 and keeps its order", async (t) => {
    const { broker, console } = await world(t);
    for (let i = 0; i < 300; i++)
      console.send({ op: "publish", topic: "t", payload: `${i}`, qos: 1, tag: i });
    await console.ask({ op: "state" }, "state");
    console.send(connectTo(broker));
    for (let i = 0; i < 300; i++) assert.equal((await console.next("published")).tag, i);
    const sent = broker.of("publish");
    assert.deepEqual(
      sent.map(({ payload, messageId }) => [String(payload), messageId]),
      Array.from({ length: 300 }, (_, i) => [`${i}`, i + 1]),
    );
  });

  it("larger than the outbox goes out whole, and so does what follows it", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const large = "0123456789".repeat(10_000);
    console.send({ op: "publish", topic: "big", payload: large, qos: 1, tag: "big" });
    console.send({ op: "publish", topic: "small", payload: "s", qos: 1, tag: "small" });
    assert.equal((await console.next("published")).tag, "big");
    assert.equal((await console.next("published")).tag, "small");
    const [first, second] = broker.of("publish");
    assert.equal(String(first?.payload), large);
    assert.deepEqual([second?.topic, String(second?.payload)], ["small", "s"]);
  });

  // [MQTT3-3.3.1-1] [MQTT3-4.4.0-1]
  it("is sent again with DUP and the same id after a cut, in the same session", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd === "connect" && peer.connection === 2) {
        peer.send({ cmd: "connack", returnCode: 0, sessionPresent: true });
        return true;
      }
      return packet.cmd === "publish" && peer.connection < 2;
    });
    await console.ask(connectTo(broker, { clean: false }), "connected");
    console.send({ op: "publish", topic: "t", payload: "p", qos: 1, tag: "p" });
    await broker.seen("publish");
    const closed = await console.ask({ op: "cut", tag: "cut" }, "closed");
    assert.deepEqual([closed.tag, closed.by], ["cut", "link"]);
    const connected = await console.ask(connectTo(broker, { clean: false }), "connected");
    assert.equal(connected.sessionPresent, true);
    assert.equal((await console.next("published")).tag, "p");
    assert.deepEqual(
      broker.of("publish").map(({ messageId, dup }) => [messageId, dup]),
      [
        [1, false],
        [1, true],
      ],
    );
    assert.equal(broker.of("disconnect").length, 1, "the one of the clearing connection, none for the cut");
  });

  it("that was accepted and is forgotten ends as dropped", async (t) => {
    const { broker, console } = await world(t);
    console.send({ op: "publish", topic: "t", qos: 1, tag: "old" });
    const dropped = await console.ask(connectTo(broker, { fresh: true }), "dropped");
    assert.deepEqual(dropped, { ev: "dropped", tag: "old", why: "forgotten" });
    await console.ask({ op: "publish", topic: "t", qos: 1 }, "published");
    assert.deepEqual(
      broker.of("publish").map(({ messageId }) => messageId),
      [1],
    );
  });

  // [MQTT3-3.1.3-2]
  it("of one client id is never sent under another", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { clean: false }), "connected");
    await console.ask({ op: "disconnect" }, "closed");
    console.send({ op: "publish", topic: "t", qos: 2, tag: "mine" });
    console.send(connectTo(broker, { clientId: "other", clean: false }));
    assert.equal((await console.next("dropped")).tag, "mine");
    await console.next("connected");
    assert.equal(broker.of("publish").length, 0);
  });
});

describe("subscribe and unsubscribe", () => {
  it("answer for each filter in order, refusals and a filter named twice included", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "subscribe") return false;
      const granted = packet.subscriptions.map(({ topic, qos }) => (topic === "no" ? 0x80 : qos));
      peer.send({ cmd: "suback", messageId: packet.messageId, granted });
      return true;
    });
    await console.ask(connectTo(broker), "connected");
    const filters = [
      { filter: "a/#", qos: 2 },
      { filter: "no" },
      { filter: "b", qos: 1 },
      { filter: "b", qos: 1 },
    ];
    assert.deepEqual(await console.ask({ op: "subscribe", filters, tag: "s" }, "subscribed"), {
      ev: "subscribed",
      tag: "s",
      reasonCodes: [2, 0x80, 1, 1],
    });
    assert.equal(broker.of("subscribe").length, 1);
    assert.equal((await console.ask({ op: "state" }, "state")).subscriptions, 2);
    const gone = await console.ask({ op: "unsubscribe", filters: ["b", "never"], tag: "u" }, "unsubscribed");
    assert.deepEqual(gone, { ev: "unsubscribed", tag: "u", reasonCodes: [0, 0] });
    assert.equal((await console.ask({ op: "state" }, "state")).subscriptions, 1);
  });

  it("with one wrong filter are refused whole", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const filters = [{ filter: "right" }, { filter: "wr#ng" }];
    assert.equal((await console.ask({ op: "subscribe", filters }, "refused")).why, "bad-filter");
    await console.ask({ op: "subscribe", filters: [{ filter: "other" }] }, "subscribed");
    assert.deepEqual(
      broker.of("subscribe").map(({ subscriptions }) => subscriptions.map(({ topic }) => topic)),
      [["other"]],
    );
  });
});

describe("message", () => {
  it("is text where it is UTF-8, else base64", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const peer = broker.peers[0];
    const publish = { cmd: "publish", topic: "t", qos: 0, dup: false, retain: true } as const;
    peer?.send({ ...publish, payload: "\ufeffgrün" });
    peer?.send({ ...publish, payload: Buffer.of(0xff, 0) });
    const plain = { ev: "message", topic: "t", qos: 0, retain: true, dup: false };
    assert.deepEqual(await console.next("message"), { ...plain, payload: "\ufeffgrün" });
    assert.deepEqual(await console.next("message"), { ...plain, payloadBase64: "/wA=" });
  });

  it("that is large comes in parts that add up, and is acknowledged once", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const payload = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251));
    broker.peers[0]?.send({
      cmd: "publish",
      topic: "t",
      payload,
      qos: 1,
      messageId: 7,
      dup: false,
      retain: false,
    });
    const parts: Buffer[] = [];
    for (let length = 0; length < payload.length; length = Buffer.concat(parts).length) {
      const part = await console.next("message");
      assert.deepEqual([part.offset, part.total], [length, payload.length]);
      const { payload: text, payloadBase64 } = part as { payload?: string; payloadBase64?: string };
      parts.push(
        payloadBase64 === undefined ? Buffer.from(text ?? "") : Buffer.from(payloadBase64, "base64"),
      );
    }
    assert.ok(parts.length > 1);
    assert.deepEqual(Buffer.concat(parts), payload);
    await console.ask({ op: "publish", topic: "t", qos: 1 }, "published");
    assert.deepEqual(
      broker.of("puback").map(({ messageId }) => messageId),
      [7],
    );
  });
});
