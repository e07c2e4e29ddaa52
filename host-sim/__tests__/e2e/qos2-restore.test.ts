// Owns the claim that a block which outlives a power failure in the middle of a QoS 2 exchange goes on with that exchange.
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
const readings = ["first", "second", "third"];

/** Nobody tells the client of the cut: it finds itself without a transport when it wakes. */
async function publishThroughAPowerFailure(
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
  client.restore();
  for (const message of sent) assert.equal(await client.endOf(message), "published");
  await observer.settle();
  expectExactlyOnceInOrder(observer.received, readings);
  assert.equal((await client.reported("connected", 2)).session, "resumed");
  assertDupTellsTheTruth(proxy.log);
}

inEachVersion("a block restored after a power failure", async (suite, broker) => {
  for (const place of places) {
    for (const when of moments) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`goes on with its QoS 2 exchanges where they stopped ${what}`, async (t) => {
        await inEachRound((round) => {
          const occurrence = 1 + (round % readings.length);
          const topic = `restored/${place.packet}/${when}/${round}`;
          return publishThroughAPowerFailure(t, broker, topic, {
            ...place,
            occurrence,
            when,
            how: "silence",
          });
        });
      });
    }
  }
});
