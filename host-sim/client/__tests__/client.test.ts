// Claims about the Node client against a broker that follows a script: what callers are told, and what goes on the wire.
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
  const client = connect(broker.url, { clientId: "one", reconnectPeriod: 5, protocolVersion: 4, ...options });
  t.after(() => client.end(true));
  return { broker, client };
}

async function connected(t: TestContext, options?: ClientOptions, script?: Script): Promise<World> {
  const world = await start(t, options, script);
  await told(world.client, "connect");
  return world;
}

/** The arguments of the next such event. Unlike `events.once` it does not mind errors, which a lost link brings along. */
function told<Name extends keyof ClientEvents>(client: MqttClient, event: Name): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    (client as EventEmitter).once(event, (...args) => resolve(args as ClientEvents[Name]));
  });
}

/** Never acknowledges a PUBLISH on the first `count` connections. */
function keepsSilentFor(count: number): Script {
  return (packet, peer) => packet.cmd === "publish" && peer.connection < count;
}

/** From the second connection on the session is there. */
function keepsTheSession(packet: Packet, { connection, send }: Parameters<Script>[1]): boolean {
  if (packet.cmd !== "connect" || packet.clean || connection < 2) return false;
  send({ cmd: "connack", returnCode: 0, sessionPresent: true });
  return true;
}

const texts = (broker: ScriptedBroker): readonly string[] =>
  broker.of("publish").map(({ payload }) => String(payload));

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
