// Owns the claim that a QoS 2 message reaches this client's firmware exactly once, wherever its exchange is cut.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { startBareClient } from "../support/bare-client.ts";
import type { CutMoment, CutRule } from "../support/cut.ts";
import { startCuttingProxy } from "../support/cutting-proxy.ts";
import { againstEachBroker, connectOther, rounds } from "../support/each-broker.ts";

const places: readonly Pick<CutRule, "packet" | "direction">[] = [
  { packet: "publish", direction: "toClient" },
  { packet: "pubrec", direction: "toBroker" },
  { packet: "pubrel", direction: "toClient" },
  { packet: "pubcomp", direction: "toBroker" },
];
const moments: readonly CutMoment[] = ["before", "after"];
const commands = ["first", "second", "third", "fourth"];

async function receiveThroughACut(t: TestContext, port: number, topic: string, rule: CutRule): Promise<void> {
  const proxy = await startCuttingProxy(port);
  t.after(() => proxy.close());
  const other = await connectOther(t, port);
  const client = startBareClient(t, { to: proxy.port });
  client.subscribe(topic, 2);
  await client.reported("subscribed");

  const cut = proxy.cutAt(rule);
  await Promise.all(commands.map((command) => other.publishAsync(topic, command, { qos: 2 })));
  await cut.hit();
  assert.equal((await client.reported("connected", 2)).session, "resumed");
  await client.until(() => client.messages.length >= commands.length, "every command");
  await other.publishAsync(topic, "last", { qos: 2 });
  await client.until(() => client.messages.includes("last"), "the last command");
  // The last exchange is over, and so is what the broker may still have wanted to send again.
  await proxy.waitFor(({ cmd, direction, messageId, connection }) => {
    const last = proxy.log.filter((record) => record.cmd === "publish").at(-1)?.messageId;
    return cmd === "pubcomp" && direction === "toBroker" && messageId === last && connection > 1;
  });
  const { describeRecords } = await import("../support/packet-log.ts"); assert.deepEqual(client.messages, [...commands, "last"], describeRecords(proxy.log, 80));
}

againstEachBroker("QoS 2 received through a cut", async (suite, { port }) => {
  for (const place of places) {
    for (const when of moments) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`a cut ${what} loses and doubles nothing, and keeps the order`, async (t) => {
        await Promise.all(
          rounds.map((round) => {
            const occurrence = 1 + (round % commands.length);
            const topic = `subscriber/${place.packet}/${when}/${round}`;
            return receiveThroughACut(t, port, topic, { ...place, occurrence, when, how: "reset" });
          }),
        );
      });
    }
  }
});
