// Owns the claim that a QoS 2 message which this client publishes arrives exactly once, wherever its exchange is cut.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { startBareClient } from "../support/bare-client.ts";
import { observe, proxyTo } from "../support/borrowed.ts";
import type { CutMoment, CutRule } from "../support/cut.ts";
import { inEachRound, inEachVersion, type TestBroker } from "../support/each-broker.ts";
import { expectExactlyOnceInOrder } from "../support/recording-subscriber.ts";
import { assertDupTellsTheTruth } from "../support/sent-publishes.ts";

const places: readonly Pick<CutRule, "packet" | "direction">[] = [
  { packet: "publish", direction: "toBroker" },
  { packet: "pubrec", direction: "toClient" },
  { packet: "pubrel", direction: "toBroker" },
  { packet: "pubcomp", direction: "toClient" },
];
const moments: readonly CutMoment[] = ["before", "after"];
const readings = ["first", "second", "third", "fourth"];

/** Four messages in flight at once; the exchange of a different one is cut in each round. */
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
  const sent = readings.map((reading) => client.publish(topic, reading, 2));
  await cut.hit();
  for (const message of sent) assert.equal(await client.endOf(message), "published");
  await observer.settle();
  expectExactlyOnceInOrder(observer.received, readings);
  assertDupTellsTheTruth(proxy.log);

  assert.equal((await client.reported("connected", 2)).session, "resumed");
  assert.equal(await client.endOf(client.publish(topic, "further", 2)), "published");
  await observer.settle();
  expectExactlyOnceInOrder(observer.received, [...readings, "further"]);
  assert.deepEqual(
    sent.map(({ ends }) => ends.length),
    [1, 1, 1, 1],
  );
}

// [MQTT3-7.0.0-2] [MQTT3-4.3.3-1] [MQTT3-4.4.0-1]
inEachVersion("QoS 2 published through a cut", async (suite, broker) => {
  for (const place of places) {
    for (const when of moments) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`a cut ${what} loses and doubles nothing, and keeps the order`, async (t) => {
        await inEachRound((round) => {
          const occurrence = 1 + (round % readings.length);
          const topic = `publisher/${place.packet}/${when}/${round}`;
          return publishThroughACut(t, broker, topic, { ...place, occurrence, when, how: "reset" });
        });
      });
    }
  }
});
