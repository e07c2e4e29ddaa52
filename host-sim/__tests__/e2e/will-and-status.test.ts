// Owns the claim that the retained status tells the truth: after a cut, a goodbye, a late will, and a goodbye that nobody heard.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { startBareClient } from "../support/bare-client.ts";
import type { BareClientOptions } from "../support/bare-settings.ts";
import { connectOther, observe, proxyTo, retainedAt } from "../support/borrowed.ts";
import type { CuttingProxy } from "../support/cutting-proxy.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import type { RecordingSubscriber } from "../support/recording-subscriber.ts";

/** The will and the goodbye say different things here, so that one is not taken for the other. */
const told = { birth: "online", goodbye: "offline", will: "gone" } as const;

interface Scene {
  readonly topic: string;
  readonly proxy: CuttingProxy;
  readonly observer: RecordingSubscriber;
  readonly options: BareClientOptions;
}

async function setScene(t: TestContext, port: number): Promise<Scene> {
  const topic = `status/${randomUUID()}`;
  const proxy = await proxyTo(t, port);
  const observer = await observe(t, { port, filter: topic });
  const options: BareClientOptions = {
    to: proxy.port,
    will: { topic, payload: told.will },
    status: { topic, status: told.birth, goodbye: told.goodbye },
  };
  return { topic, proxy, observer, options };
}

againstEachBroker("the retained status", async (suite, { name, port }) => {
  // It takes Mosquitto seconds to notice, so the others run meanwhile.
  const unheard = suite.test("a goodbye over a dead link leaves the word to the will", async (t) => {
    const { topic, proxy, observer, options } = await setScene(t, port);
    const client = startBareClient(t, { ...options, keepAliveSeconds: 1 });
    await client.reported("statusPublished");
    assert.equal(proxy.cutNow("silence"), 1);
    client.sayGoodbye(100);
    assert.equal((await client.reported("closed", 2)).reason, "goodbye");
    await observer.waitUntil((received) => received.at(-1)?.payload === told.will);
    assert.deepEqual(observer.payloads, [told.birth, told.will]);
    assert.equal(await retainedAt(t, port, topic), told.will);
    const goodbyes = proxy.log.filter(({ cmd, connection }) => cmd === "disconnect" && connection === 1);
    assert.equal(goodbyes.length, 0, "a DISCONNECT, had it come through, would have deleted the will");
  });

  // [MQTT3-3.1.2-9]
  await suite.test("a cut fires the will, and the next connection takes it back", async (t) => {
    const { topic, proxy, observer, options } = await setScene(t, port);
    const client = startBareClient(t, { ...options, reconnects: false });
    await client.reported("statusPublished");
    assert.equal(await retainedAt(t, port, topic), told.birth);
    assert.equal(proxy.cutNow("reset"), 1);
    await observer.waitUntil((received) => received.at(-1)?.payload === told.will);
    assert.equal(await retainedAt(t, port, topic), told.will);

    await client.reported("closed", 2);
    client.connect();
    await client.reported("statusPublished", 2);
    await observer.settle();
    assert.deepEqual(observer.payloads, [told.birth, told.will, told.birth]);
    assert.equal(await retainedAt(t, port, topic), told.birth);
  });

  // [MQTT3-3.14.4-1] [MQTT3-3.14.4-2]
  await suite.test("a goodbye is the last word, and fires no will", async (t) => {
    const { topic, proxy, observer, options } = await setScene(t, port);
    const client = startBareClient(t, options);
    await client.reported("statusPublished");
    client.sayGoodbye(5_000);
    const { reason } = await client.reported("closed", 2);
    assert.equal(reason, "goodbye");
    await observer.settle();
    assert.deepEqual(observer.payloads, [told.birth, told.goodbye]);
    assert.equal(await retainedAt(t, port, topic), told.goodbye);
    const last = proxy.log
      .filter(({ cmd, connection }) => connection === 1 && cmd !== "incomplete")
      .slice(-3);
    assert.deepEqual(
      last.map(({ cmd, forwarded }) => ({ cmd, forwarded })),
      ["publish", "puback", "disconnect"].map((cmd) => ({ cmd, forwarded: true })),
      "the goodbye was acknowledged before the DISCONNECT left",
    );
  });

  await suite.test("a will that comes after the birth is answered by the birth again", async (t) => {
    const { topic, observer, options } = await setScene(t, port);
    const client = startBareClient(t, options);
    client.subscribe(topic, 1);
    await client.reported("subscribed");
    await client.reported("statusPublished");
    const other = await connectOther(t, port);
    await other.publishAsync(topic, told.will, { qos: 1, retain: true });
    await client.reported("statusPublished", 2);
    await observer.settle();
    assert.deepEqual(observer.payloads.slice(-2), [told.will, told.birth]);
    assert.equal(await retainedAt(t, port, topic), told.birth);
  });

  await suite.test("a connection that takes over its half-dead predecessor ends as online", async (t) => {
    const { topic, proxy, observer, options } = await setScene(t, port);
    const client = startBareClient(t, options);
    client.subscribe(topic, 1);
    await client.reported("subscribed");
    await client.reported("statusPublished");
    assert.equal(proxy.cutNow("silence"), 1);
    client.cut();
    assert.equal((await client.reported("connected", 2)).session, "resumed");
    await observer.waitUntil((received) => {
      const payloads = received.map(({ payload }) => payload);
      const births = payloads.filter((payload) => payload === told.birth).length;
      // Mosquitto 2.0 fires no will when a connection is taken over, Aedes does, before or after the next birth.
      const hasFired = name === "Mosquitto" || payloads.includes(told.will);
      return hasFired && births >= 2 && payloads.at(-1) === told.birth;
    });
    assert.equal(await retainedAt(t, port, topic), told.birth);
  });
  await unheard;
});
