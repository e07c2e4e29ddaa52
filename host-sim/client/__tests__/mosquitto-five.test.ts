// Claims about the Node client in MQTT 5 on a real Mosquitto: properties go round, limits hold on the wire, the broker's seconds
// mean what they say.
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { proxyTo } from "../../__tests__/support/borrowed.ts";
import { type Mosquitto, mosquittoOrSkip } from "../../__tests__/support/mosquitto.ts";
import type { PacketRecord } from "../../__tests__/support/packet-log.ts";
import { HANG_MS, PATIENCE_MS } from "../../__tests__/support/patience.ts";
import type { MqttClient } from "../client.ts";
import { connect } from "../connect.ts";
import type { ClientEvents } from "../events.ts";
import type { ReceivedPacket } from "../incoming.ts";
import type { ClientOptions } from "../options.ts";

interface Connected {
  readonly client: MqttClient;
  readonly accepted: ClientEvents["connect"][0];
  readonly received: readonly ReceivedPacket[];
}

async function open(t: TestContext, port: number, options: ClientOptions = {}): Promise<Connected> {
  const client = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, ...options });
  t.after(() => client.end(true));
  const received: ReceivedPacket[] = [];
  client.on("message", (_, __, packet) => received.push(packet));
  const [accepted] = await new Promise<ClientEvents["connect"]>((resolve) => {
    client.once("connect", (...args) => resolve(args));
  });
  return { client, accepted, received };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `in vain: ${what}`);
    await sleep(5);
  }
}

/** Everything sent before it was received has come too. */
async function settled({ client, received }: Connected): Promise<readonly ReceivedPacket[]> {
  const topic = `settled/${Math.random()}`;
  await client.subscribe(topic);
  await client.publish(topic, "x");
  await until(() => received.some((packet) => packet.topic === topic), "the last message");
  return received.filter((packet) => !packet.topic.startsWith("settled/"));
}

/** A kept session, as it is found by who comes back: its messages, and whether it is there. */
function comeBack(t: TestContext, port: number, clientId: string): Promise<Connected> {
  const properties = { sessionExpiryInterval: 60 };
  return open(t, port, { clientId, clean: false, receiveOnly: true, properties });
}

const withBroker = (
  about: string,
  settings: readonly string[],
  claim: (t: TestContext, broker: Mosquitto) => Promise<void>,
  perListener: readonly string[] = [],
): void => {
  it(about, { timeout: HANG_MS }, async (t) => {
    const broker = await mosquittoOrSkip(t, { settings, perListener });
    if (broker !== undefined) await claim(t, broker);
  });
};

const topics = (packets: readonly ReceivedPacket[]): readonly string[] => packets.map(({ topic }) => topic);

withBroker(
  "every property of a message and of a subscription goes round, at each QoS",
  [],
  async (t, broker) => {
    const subscriber = await open(t, broker.port(), { properties: { userProperties: { who: "me" } } });
    const publisher = await open(t, broker.port(), {
      properties: {
        sessionExpiryInterval: 5,
        receiveMaximum: 9,
        maximumPacketSize: 100_000,
        topicAliasMaximum: 5,
        requestResponseInformation: true,
        requestProblemInformation: true,
        userProperties: { a: ["1", "2"] },
      },
    });
    await subscriber.client.subscribe("all/#", {
      qos: 2,
      properties: { subscriptionIdentifier: 268_435_455, userProperties: { s: "1" } },
    });
    const properties = {
      payloadFormatIndicator: true,
      contentType: "text/plain",
      responseTopic: "answers/here",
      correlationData: Buffer.of(0, 255, 1),
      userProperties: { a: ["1", "2"], b: "3" },
    };
    for (const qos of [0, 1, 2] as const) {
      await publisher.client.publish(`all/${qos}`, `${qos}`, {
        qos,
        properties: { ...properties, messageExpiryInterval: 1000 },
      });
    }
    await until(() => subscriber.received.length === 3, "three messages");
    for (const packet of subscriber.received) {
      const { messageExpiryInterval, ...others } = packet.properties ?? {};
      assert.deepEqual(others, { ...properties, subscriptionIdentifier: 268_435_455 });
      assert.ok(Number(messageExpiryInterval) > 900 && Number(messageExpiryInterval) <= 1000);
    }
    await subscriber.client.unsubscribe("all/#", { properties: { userProperties: { bye: "1" } } });
    const goodbye = { sessionExpiryInterval: 0, reasonString: "done", userProperties: { c: "d" } };
    await publisher.client.end(false, { properties: goodbye });
  },
);

/** The most PUBLISHes of this direction that were on their way at once, as they passed on the wire. */
function mostInFlight(log: readonly PacketRecord[], direction: PacketRecord["direction"]): number {
  const open = new Set<number>();
  let most = 0;
  for (const { cmd, qos, messageId, ...record } of log) {
    const isOut = record.direction === direction;
    if (isOut && cmd === "publish" && (qos ?? 0) > 0) open.add(Number(messageId));
    if (!isOut && (cmd === "puback" || cmd === "pubcomp")) open.delete(Number(messageId));
    most = Math.max(most, open.size);
  }
  return most;
}

for (const maximum of [1, 20]) {
  withBroker(
    `a Receive Maximum of ${maximum} is respected under load, both ways`,
    [`max_inflight_messages ${maximum}`],
    async (t, broker) => {
      const proxy = await proxyTo(t, broker.port());
      const { client, accepted, received } = await open(t, proxy.port, {
        properties: { receiveMaximum: maximum },
      });
      assert.equal(accepted.properties.receiveMaximum, maximum);
      await client.subscribe("load", { qos: 2 });
      const numbers = Array.from({ length: 300 }, (_, i) => i);
      await Promise.all(numbers.map((i) => client.publish("load", `${i}`, { qos: i % 2 === 0 ? 1 : 2 })));
      await until(() => received.length === numbers.length, "all messages");
      assert.deepEqual(new Set(received.map(({ payload }) => Number(payload))), new Set(numbers));
      assert.equal(mostInFlight(proxy.log, "toBroker"), maximum);
      // a broker that sent more at once would have been turned away
      assert.equal(proxy.log.filter(({ cmd }) => cmd === "connect").length, 1);
      assert.ok(mostInFlight(proxy.log, "toClient") > 0);
    },
  );
}

/** The reason of a DISCONNECT after which the will is due all the same. */
const WITH_WILL = 0x04;

withBroker("a session is there before its expiry and gone after it", [], async (t, broker) => {
  const observer = await open(t, broker.port());
  await observer.client.subscribe("ended/#", { qos: 1 });
  const stay = async (clientId: string, sessionExpiryInterval: number): Promise<void> => {
    // MQTT 5, 3.1.2.5: a will whose delay is longer is due when the session ends, and so tells of it
    const will = { topic: `ended/${clientId}`, payload: "", properties: { willDelayInterval: 600 } };
    const properties = { sessionExpiryInterval };
    const { client } = await open(t, broker.port(), { clientId, will, properties });
    await client.subscribe("kept", { qos: 1 });
    await client.end(false, { reasonCode: WITH_WILL });
  };
  await Promise.all([stay("long", 60), stay("short", 1), stay("changed", 60)]);
  const changed = await comeBack(t, broker.port(), "changed");
  assert.equal(changed.accepted.sessionPresent, true);
  await changed.client.end(false, { properties: { sessionExpiryInterval: 0 } });
  await until(() => topics(observer.received).includes("ended/short"), "the end of the short session");
  const presence = async (id: string) => (await comeBack(t, broker.port(), id)).accepted.sessionPresent;
  assert.deepEqual(
    [await presence("long"), await presence("short"), await presence("changed")],
    [true, false, false],
  );
});

withBroker(
  "a will waits for its delay, and does not come where its client comes back",
  [],
  async (t, broker) => {
    const observer = await open(t, broker.port());
    await observer.client.subscribe("will/#", { qos: 1, properties: { subscriptionIdentifier: 4 } });
    const mortal = async (clientId: string, willDelayInterval: number): Promise<MqttClient> => {
      const will = {
        topic: `will/${clientId}`,
        payload: "gone",
        properties: { willDelayInterval, contentType: "c", userProperties: { a: "b" } },
      };
      const kept = { sessionExpiryInterval: 60 };
      return (await open(t, broker.port(), { clientId, will, properties: kept, reconnectPeriod: 0 })).client;
    };
    const clients = await Promise.all([mortal("now", 0), mortal("later", 2), mortal("back", 2)]);
    const cutAtMs = performance.now();
    await Promise.all(clients.map((client) => client.end(true)));
    await comeBack(t, broker.port(), "back");
    await until(() => observer.received.length === 2, "two wills");
    // Mosquitto looks once a second.
    assert.ok(performance.now() - cutAtMs > 900);
    assert.deepEqual(topics(await settled(observer)), ["will/now", "will/later"]);
    assert.deepEqual(observer.received[1]?.properties, {
      contentType: "c",
      userProperties: { a: "b" },
      subscriptionIdentifier: 4,
    });
  },
);

/** Waits for so many seconds of the broker's own clock, which it tells by what it leaves of a retained message's time. */
async function brokerSeconds(t: TestContext, broker: Mosquitto, seconds: number): Promise<void> {
  const messageExpiryInterval = 600;
  const { client, received } = await open(t, broker.port());
  await client.publish("clock", "x", { qos: 1, retain: true, properties: { messageExpiryInterval } });
  const deadline = performance.now() + PATIENCE_MS;
  const left = () => Number(received.at(-1)?.properties?.messageExpiryInterval ?? messageExpiryInterval);
  while (left() > messageExpiryInterval - seconds) {
    assert.ok(performance.now() < deadline, `in vain: ${seconds} seconds of the broker`);
    await client.subscribe("clock", { rh: 0 });
    await sleep(50);
  }
}

withBroker("a message expires in the broker", [], async (t, broker) => {
  const away = await open(t, broker.port(), { clientId: "away", properties: { sessionExpiryInterval: 60 } });
  await away.client.subscribe("news/#", { qos: 1 });
  await away.client.end();
  const { client } = await open(t, broker.port());
  await client.publish("news/old", "x", { qos: 1, properties: { messageExpiryInterval: 1 } });
  await client.publish("news/new", "x", { qos: 1, properties: { messageExpiryInterval: 600 } });
  await brokerSeconds(t, broker, 2); // Mosquitto's seconds are whole: the second one is surely over
  const back = await comeBack(t, broker.port(), "away");
  assert.deepEqual(topics(await settled(back)), ["news/new"]);
  assert.ok(Number(back.received[0]?.properties?.messageExpiryInterval) < 600);
});

withBroker("shared, noLocal, retainAsPublished and retainHandling do as they say", [], async (t, broker) => {
  const [one, two] = [await open(t, broker.port()), await open(t, broker.port())];
  for (const { client } of [one, two]) await client.subscribe("$share/group/work", { qos: 1 });
  const sent = Array.from({ length: 20 }, (_, i) => `${i}`);
  for (const payload of sent) await one.client.publish("work", payload, { qos: 1 });
  await until(() => one.received.length + two.received.length === sent.length, "every piece of work once");
  assert.ok(one.received.length > 0 && two.received.length > 0);

  const picky = await open(t, broker.port());
  await one.client.publish("kept", "x", { qos: 1, retain: true });
  await picky.client.subscribe({ kept: { qos: 1, rap: true, rh: 2 }, own: { qos: 1, nl: true } });
  await picky.client.publish("own", "mine", { qos: 1 });
  await one.client.publish("own", "another's", { qos: 1 });
  await one.client.publish("kept", "y", { qos: 1, retain: true });
  const seen = (await settled(picky)).map(({ payload, retain }) => [String(payload), retain]);
  assert.deepEqual(seen, [
    ["another's", false],
    ["y", true],
  ]);
  await picky.client.subscribe("kept", { qos: 1, rh: 1 });
  assert.equal((await settled(picky)).length, 2);
  await picky.client.subscribe("kept", { qos: 1, rh: 0 });
  await until(() => picky.received.some(({ payload }) => String(payload) === "y"), "the retained message");
  assert.equal((await settled(picky)).length, 3);
});

withBroker("topics that repeat are named once, and arrive under their names", [], async (t, broker) => {
  const proxy = await proxyTo(t, broker.port());
  const observer = await open(t, broker.port(), { properties: { topicAliasMaximum: 10 } });
  await observer.client.subscribe("greenhouse/#", { qos: 1 });
  const { client, accepted } = await open(t, proxy.port);
  assert.ok(Number(accepted.properties.topicAliasMaximum) > 0);
  const names = ["greenhouse/north/temperature", "greenhouse/south/temperature"];
  for (const name of [...names, ...names, ...names]) await client.publish(name, "21.5", { qos: 1 });
  await until(() => observer.received.length === 6, "six messages");
  assert.deepEqual(topics(observer.received), [...names, ...names, ...names]);
  const bytes = proxy.log
    .filter(({ cmd, direction }) => cmd === "publish" && direction === "toBroker")
    .map((packet) => packet.bytes.length);
  const [first = 0, , third = 0] = bytes;
  assert.equal(first - third, names[0]?.length);
});

withBroker(
  "a broker's limits are learned, and what is beyond them is refused, lowered or dropped",
  ["max_packet_size 200", "retain_available false"],
  async (t, broker) => {
    const { client, accepted } = await open(t, broker.port());
    const { maximumPacketSize, maximumQoS, retainAvailable, topicAliasMaximum } = accepted.properties;
    assert.deepEqual(
      [maximumPacketSize, maximumQoS, retainAvailable, topicAliasMaximum ?? 0],
      [200, 1, false, 0],
    );
    await assert.rejects(client.publish("t", "x", { qos: 2 }), { code: "not-supported" });
    await assert.rejects(client.publish("t", "x", { qos: 1, retain: true }), { code: "not-supported" });
    await assert.rejects(client.publish("t", "x".repeat(300), { qos: 1 }), {
      code: "not-supported-by-broker",
    });
    await client.publish("t", "x", { qos: 2, retain: true, mayLower: true });
    for (const _ of [1, 2]) await client.publish("a/topic/that/repeats", "x", { qos: 1 });
    assert.equal(client.connected, true);
  },
  ["max_qos 1", "max_topic_alias 0"],
);
