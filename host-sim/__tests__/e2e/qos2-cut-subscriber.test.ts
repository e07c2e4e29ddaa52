// Owns the claim that a QoS 2 message reaches this client's firmware exactly once, wherever its exchange is cut.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type BareClient, startBareClient } from "../support/bare-client.ts";
import { connectOther, proxyTo } from "../support/borrowed.ts";
import type { CutMoment, CutRule } from "../support/cut.ts";
import type { CuttingProxy } from "../support/cutting-proxy.ts";
import { inEachRound, inEachVersion, type TestBroker } from "../support/each-broker.ts";
import { describeRecords } from "../support/packet-log.ts";
import { publishesIn } from "../support/sent-publishes.ts";

const places: readonly Pick<CutRule, "packet" | "direction">[] = [
  { packet: "publish", direction: "toClient" },
  { packet: "pubrec", direction: "toBroker" },
  { packet: "pubrel", direction: "toClient" },
  { packet: "pubcomp", direction: "toBroker" },
];
const moments: readonly CutMoment[] = ["before", "after"];

/**
 * Aedes 1.2 answers two PUBRECs that it reads together with two PUBRELs of one id, and later sends the other message again
 * under an id that it has released: a new message, as far as any client can tell. One at a time it gets right.
 */
function commandsFor({ name }: TestBroker): readonly string[] {
  return name === "Aedes" ? ["only"] : ["first", "second", "third", "fourth"];
}

/** The exchange of the last message is over, and so is what the broker may have wanted to send again before it. */
async function exchangeOf(proxy: CuttingProxy, client: BareClient, payload: string): Promise<void> {
  await client.until(() => client.messages.includes(payload), `"${payload}"`);
  const last = publishesIn(proxy.log, "toClient").findLast((publish) => publish.payload === payload);
  await proxy.waitFor(
    ({ cmd, direction, messageId, connection }) =>
      cmd === "pubcomp" &&
      direction === "toBroker" &&
      messageId === last?.messageId &&
      connection === last?.connection,
  );
}

async function receiveThroughACut(
  t: TestContext,
  broker: TestBroker,
  topic: string,
  rule: CutRule,
): Promise<void> {
  const commands = commandsFor(broker);
  const proxy = await proxyTo(t, broker.port);
  const other = await connectOther(t, broker.port);
  const client = startBareClient(t, { to: proxy.port, version: broker.version });
  client.subscribe(topic, 2);
  await client.reported("subscribed");

  const cut = proxy.cutAt(rule);
  await Promise.all(commands.map((command) => other.publishAsync(topic, command, { qos: 2 })));
  await cut.hit();
  assert.equal((await client.reported("connected", 2)).session, "resumed");
  await client.until(() => client.messages.length >= commands.length, "every command");
  await other.publishAsync(topic, "last", { qos: 2 });
  await exchangeOf(proxy, client, "last");
  assert.deepEqual(client.messages, [...commands, "last"], describeRecords(proxy.log));
}

// [MQTT3-7.0.0-2] [MQTT3-4.3.3-2]
inEachVersion("QoS 2 received through a cut", async (suite, broker) => {
  for (const place of places) {
    for (const when of moments) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`a cut ${what} loses and doubles nothing, and keeps the order`, async (t) => {
        await inEachRound((round) => {
          const occurrence = 1 + (round % commandsFor(broker).length);
          const topic = `subscriber/${place.packet}/${when}/${round}`;
          return receiveThroughACut(t, broker, topic, { ...place, occurrence, when, how: "reset" });
        });
      });
    }
  }
});
