// Owns the claim that what was accepted without a connection leaves with the next one: all, once, in order, within the window.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { idleBareClient } from "../support/bare-client.ts";
import type { QoS } from "../support/bare-settings.ts";
import { observe, proxyTo } from "../support/borrowed.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { expectExactlyOnceInOrder } from "../support/recording-subscriber.ts";
import { mostUnacknowledged, publishesIn } from "../support/sent-publishes.ts";

const readings = Array.from({ length: 200 }, (_, i) => `reading ${i}`);
const windowInFlight = 16;

async function sendWhatWaits(t: TestContext, port: number, qos: QoS): Promise<void> {
  const topic = `queued/${qos}`;
  const proxy = await proxyTo(t, port);
  const observer = await observe(t, { port, filter: topic });
  const client = idleBareClient(t, {
    to: proxy.port,
    capacities: { outboxBytes: 16_384, entries: 200, window: windowInFlight },
  });
  const queued = readings.map((reading) => client.publish(topic, reading, qos));
  client.connect();
  for (const message of queued) assert.equal(await client.endOf(message), "published");
  await observer.settle();

  expectExactlyOnceInOrder(observer.received, readings);
  assert.deepEqual(client.strayEnds, []);
  assert.equal(client.all("ended").length, readings.length);
  assert.equal(mostUnacknowledged(proxy.log), windowInFlight, "the window is used whole, and kept");
  const sent = publishesIn(proxy.log, "toBroker");
  assert.deepEqual(
    sent.map(({ payload }) => payload),
    readings,
  );
  assert.ok(sent.every(({ dup }) => dup === false));
}

againstEachBroker("200 messages queued without a connection", async (suite, { port }) => {
  for (const qos of [1, 2] as const) {
    await suite.test(`at QoS ${qos} all arrive once, in order, within the window`, (t) =>
      sendWhatWaits(t, port, qos),
    );
  }
});
