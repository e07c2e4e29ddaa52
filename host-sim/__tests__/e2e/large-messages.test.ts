// Owns the claim that a message far larger than the block passes in parts, both ways, and is neither torn nor mixed by a cut.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startBareClient } from "../support/bare-client.ts";
import type { QoS } from "../support/bare-settings.ts";
import { connectOther, observe, proxyTo } from "../support/borrowed.ts";
import type { CutRule } from "../support/cut.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { publishesIn } from "../support/sent-publishes.ts";

/** 100,000 bytes of which each eight say where they stand. */
const large = Array.from({ length: 12_500 }, (_, i) => `${String(i).padStart(7, "0")},`).join("");
const everyQos = [0, 1, 2] as const;
const acknowledgedQos = [1, 2] as const;
const finalAck = { 1: "puback", 2: "pubcomp" } as const;

function freshTopic(qos: QoS): string {
  return `large/${qos}/${randomUUID()}`;
}

againstEachBroker("a message of 100 KB", async (suite, { port }) => {
  for (const qos of everyQos) {
    await suite.test(`comes in parts at QoS ${qos}, and the next message behind it`, async (t) => {
      const topic = freshTopic(qos);
      const proxy = await proxyTo(t, port);
      const other = await connectOther(t, port);
      const client = startBareClient(t, { to: proxy.port, capacities: { receiveBytes: 1024 } });
      client.subscribe(topic, qos);
      await client.reported("subscribed");
      await other.publishAsync(topic, large, { qos });
      await other.publishAsync(topic, "small", { qos });
      await client.until(() => client.messages.includes("small"), "the message behind it");
      assert.deepEqual(client.messages, [large, "small"]);
      assert.ok(client.all("message").every(({ payload }) => payload.length < 1024));
      if (qos === 0) return;
      await proxy.waitFor(({ cmd, messageId }) => cmd === finalAck[qos] && messageId === idOf(large));
      assert.deepEqual(client.all("messageAborted"), []);

      function idOf(payload: string): number | undefined {
        return publishesIn(proxy.log, "toClient").find((publish) => publish.payload === payload)?.messageId;
      }
    });

    await suite.test(`is skipped at QoS ${qos} by a client without a taker for parts`, async (t) => {
      const topic = freshTopic(qos);
      const proxy = await proxyTo(t, port);
      const other = await connectOther(t, port);
      const client = startBareClient(t, { to: proxy.port, takesParts: false });
      client.subscribe(topic, qos);
      await client.reported("subscribed");
      await other.publishAsync(topic, large, { qos });
      await other.publishAsync(topic, "small", { qos });
      await client.until(() => client.messages.includes("small"), "the message behind it");
      assert.deepEqual(client.messages, ["small"]);
      assert.deepEqual(
        client.all("messageTooLarge").map(({ total }) => total),
        [large.length],
      );
      assert.equal(client.all("closed").length, 1, "only the connection that cleared the session");
      if (qos === 0) return;
      // Unacknowledged it would come again with every connection.
      const { messageId } = await proxy.waitFor(
        ({ cmd, topic: name }) => cmd === "publish" && name === topic,
      );
      await proxy.waitFor((record) => record.cmd === finalAck[qos] && record.messageId === messageId);
    });
  }

  for (const qos of acknowledgedQos) {
    await suite.test(`that is cut in the middle comes again from its start at QoS ${qos}`, async (t) => {
      const topic = freshTopic(qos);
      const proxy = await proxyTo(t, port);
      const other = await connectOther(t, port);
      const client = startBareClient(t, { to: proxy.port });
      client.subscribe(topic, qos);
      await client.reported("subscribed");
      const rule: CutRule = { packet: "publish", direction: "toClient", when: "within", how: "reset" };
      const cut = proxy.cutAt(rule);
      await other.publishAsync(topic, large, { qos });
      await cut.hit();
      const aborted = await client.reported("messageAborted");
      assert.ok(aborted.offset > 0 && aborted.offset < large.length && aborted.total === large.length);
      await client.until(() => client.messages.length > 0, "the message");
      await other.publishAsync(topic, "small", { qos });
      await client.until(() => client.messages.includes("small"), "the message behind it");
      assert.deepEqual(client.messages, [large, "small"]);
      assert.equal(client.all("messageAborted").length, 1);
    });
  }

  for (const qos of everyQos) {
    await suite.test(`is sent at QoS ${qos} from parts, each asked for once and in turn`, async (t) => {
      const topic = freshTopic(qos);
      const observer = await observe(t, { port, filter: topic });
      const client = startBareClient(t, { to: port });
      await client.reported("connected");
      const message = client.publishInParts(topic, large, qos);
      assert.equal(await client.endOf(message), qos === 0 ? "handedOver" : "published");
      await observer.waitUntil((received) => received.length > 0);
      await observer.settle();
      assert.deepEqual(observer.payloads, [large]);
      assert.equal(client.partsAskedFrom[0], 0);
      assert.deepEqual(
        client.partsAskedFrom,
        [...new Set(client.partsAskedFrom)].toSorted((a, b) => a - b),
      );
    });
  }

  for (const qos of acknowledgedQos) {
    await suite.test(`whose sending is cut is asked for again from offset 0 at QoS ${qos}`, async (t) => {
      const topic = freshTopic(qos);
      const proxy = await proxyTo(t, port);
      const observer = await observe(t, { port, filter: topic });
      const client = startBareClient(t, { to: proxy.port });
      client.subscribe(`${topic}/settings`, 1);
      await client.reported("subscribed");
      client.sourceEndsAt = large.length / 2;
      const message = client.publishInParts(topic, large, qos);
      await client.until(() => (client.partsAskedFrom.at(-1) ?? 0) >= large.length / 2, "half of the parts");
      const askedBefore = client.partsAskedFrom.length;
      client.sourceEndsAt = Number.POSITIVE_INFINITY;
      client.cut();
      assert.equal(await client.endOf(message), "published");
      await observer.settle();
      assert.deepEqual(observer.payloads, [large]);
      assert.equal(client.partsAskedFrom[askedBefore], 0);
      const sent = publishesIn(proxy.log, "toBroker").filter(({ cmd }) => cmd === "publish");
      assert.deepEqual(
        sent.map(({ dup, payload }) => ({ dup, isWhole: payload === large })),
        [{ dup: true, isWhole: true }],
      );
    });

    await suite.test(`that the broker got half of is sent again whole at QoS ${qos}`, async (t) => {
      const topic = freshTopic(qos);
      const proxy = await proxyTo(t, port);
      const observer = await observe(t, { port, filter: topic });
      const client = startBareClient(t, { to: proxy.port });
      client.subscribe(`${topic}/settings`, 1);
      await client.reported("subscribed");
      const cut = proxy.cutAt({ packet: "publish", direction: "toBroker", when: "within", how: "reset" });
      const message = client.publishInParts(topic, large, qos);
      await cut.hit();
      assert.equal(await client.endOf(message), "published");
      await observer.settle();
      assert.deepEqual(observer.payloads, [large]);
      assert.equal(client.partsAskedFrom.filter((offset) => offset === 0).length, 2);
    });
  }
});
