// Owns the claim that a QoS 1 message arrives at least once wherever its exchange is cut, and that a second arrival is marked.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { startBareClient } from "../support/bare-client.ts";
import { connectOther, observe, proxyTo } from "../support/borrowed.ts";
import type { CutMoment, CutRule } from "../support/cut.ts";
import { inEachRound, inEachVersion, type TestBroker } from "../support/each-broker.ts";
import { tally } from "../support/recording-subscriber.ts";
import { assertDupTellsTheTruth, publishesIn } from "../support/sent-publishes.ts";

type Place = Pick<CutRule, "packet" | "direction">;

const asPublisher: readonly Place[] = [
  { packet: "publish", direction: "toBroker" },
  { packet: "puback", direction: "toClient" },
];
const asSubscriber: readonly Place[] = [
  { packet: "publish", direction: "toClient" },
  { packet: "puback", direction: "toBroker" },
];
const moments: readonly CutMoment[] = ["before", "after"];
const readings = ["first", "second", "third", "fourth"];

/** Each payload once, where it came first. */
function firstArrivals(payloads: readonly string[]): readonly string[] {
  return [...new Set(payloads)];
}

async function publishThroughACut(
  t: TestContext,
  { port, version }: TestBroker,
  topic: string,
  rule: CutRule,
): Promise<void> {
  const proxy = await proxyTo(t, port);
  const observer = await observe(t, { port, filter: topic });
  const client = startBareClient(t, { to: proxy.port, version });
  // Aedes keeps the session of a client that has subscribed to something, and forgets the others.
  client.subscribe(`${topic}/settings`, 1);
  await client.reported("subscribed");

  const cut = proxy.cutAt(rule);
  const sent = readings.map((reading) => client.publish(topic, reading, 1));
  await cut.hit();
  for (const message of sent) assert.equal(await client.endOf(message), "published");
  assert.equal((await client.reported("connected", 2)).session, "resumed");
  await observer.settle();

  const { lost, foreign } = tally(observer.payloads, readings);
  assert.deepEqual({ lost, foreign }, { lost: [], foreign: [] });
  assert.deepEqual(firstArrivals(observer.payloads), readings);
  assertDupTellsTheTruth(proxy.log);
  assertOnlyTheUnacknowledgedWereRepeated(rule, publishesIn(proxy.log, "toBroker").length);
}

/** Acknowledged before the cut: as many as came whole, in their order. What is left is sent a second time, and once only. */
function assertOnlyTheUnacknowledgedWereRepeated(
  { packet, when, occurrence = 1 }: CutRule,
  publishes: number,
): void {
  if (packet !== "puback") return;
  const acknowledged = when === "after" ? occurrence : occurrence - 1;
  assert.equal(publishes, readings.length + (readings.length - acknowledged));
}

async function receiveThroughACut(
  t: TestContext,
  { port, version }: TestBroker,
  topic: string,
  rule: CutRule,
): Promise<void> {
  const proxy = await proxyTo(t, port);
  const other = await connectOther(t, port);
  const client = startBareClient(t, { to: proxy.port, version });
  client.subscribe(topic, 1);
  await client.reported("subscribed");

  const cut = proxy.cutAt(rule);
  for (const reading of readings) await other.publishAsync(topic, reading, { qos: 1 });
  await cut.hit();
  assert.equal((await client.reported("connected", 2)).session, "resumed");
  await other.publishAsync(topic, "last", { qos: 1 });
  await client.until(() => client.messages.includes("last"), "the last message");
  await client.until(() => new Set(client.messages).size === readings.length + 1, "every message");
  assert.deepEqual(firstArrivals(client.messages), [...readings, "last"]);
  // Whether a repetition says so is the broker's to decide (Aedes does not); the firmware is told what came.
  const passed = publishesIn(proxy.log, "toClient").filter(({ forwarded }) => forwarded);
  assert.deepEqual(
    client.all("message").map(({ payload, dup }) => ({ payload, dup })),
    passed.map(({ payload, dup }) => ({ payload, dup })),
  );
}

// [MQTT3-7.0.0-2] [MQTT3-4.3.2-1] [MQTT3-4.3.2-2] [MQTT3-4.4.0-1]
inEachVersion("QoS 1 through a cut", async (suite, broker) => {
  for (const when of moments) {
    for (const place of asPublisher) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`a cut ${what} loses nothing, and what is sent twice says so`, async (t) => {
        await inEachRound((round) => {
          const topic = `qos1/out/${place.packet}/${when}/${round}`;
          const occurrence = 1 + (round % readings.length);
          return publishThroughACut(t, broker, topic, { ...place, when, how: "reset", occurrence });
        });
      });
    }
    for (const place of asSubscriber) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`a cut ${what} loses nothing on its way here`, async (t) => {
        await inEachRound((round) => {
          const topic = `qos1/in/${place.packet}/${when}/${round}`;
          const occurrence = 1 + (round % readings.length);
          return receiveThroughACut(t, broker, topic, { ...place, when, how: "reset", occurrence });
        });
      });
    }
  }
});
