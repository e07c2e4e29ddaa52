// Owns the claim that a device which lost its memory in the middle of a QoS 2 exchange swallows nothing new and claims nothing false.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type BareClient, startBareClient } from "../support/bare-client.ts";
import { connectOther, observe, proxyTo } from "../support/borrowed.ts";
import type { CutMoment, CutRule } from "../support/cut.ts";
import { inEachRound, inEachVersion, type TestBroker } from "../support/each-broker.ts";
import { tally } from "../support/recording-subscriber.ts";
import { publishesIn } from "../support/sent-publishes.ts";

type Place = Pick<CutRule, "packet" | "direction">;

const asPublisher: readonly Place[] = [
  { packet: "publish", direction: "toBroker" },
  { packet: "pubrec", direction: "toClient" },
  { packet: "pubrel", direction: "toBroker" },
  { packet: "pubcomp", direction: "toClient" },
];
const asSubscriber: readonly Place[] = [
  { packet: "publish", direction: "toClient" },
  { packet: "pubrec", direction: "toBroker" },
  { packet: "pubrel", direction: "toClient" },
  { packet: "pubcomp", direction: "toBroker" },
];
const moments: readonly CutMoment[] = ["before", "after"];

/** Before MQTT 5 a connection that only clears the session comes first, and its end is another. */
function cutOff(client: BareClient): Promise<void> {
  return client.until(
    () => client.all("closed").some(({ by }) => by !== "client"),
    "the end of the connection",
  );
}

/** The first message of either life has packet id 1, so that a broker which kept the session would take the new for the old. */
async function rebootWhilePublishing(
  t: TestContext,
  { port, version }: TestBroker,
  topic: string,
  rule: CutRule,
): Promise<void> {
  const proxy = await proxyTo(t, port);
  const observer = await observe(t, { port, filter: topic });
  const first = startBareClient(t, { to: proxy.port, version, reconnects: false });
  await first.reported("connected");
  const cut = proxy.cutAt(rule);
  const old = first.publish(topic, "old", 2);
  await cut.hit();
  await cutOff(first);

  const second = first.reboot(t, { reconnects: true });
  const fresh = second.publish(topic, "new", 2);
  assert.equal(await second.endOf(fresh), "published");
  assert.equal((await second.reported("connected")).session, "cleared");
  await observer.settle();

  const sent = publishesIn(proxy.log, "toBroker").map(({ payload, messageId, dup }) => ({
    payload,
    messageId,
    dup,
  }));
  assert.deepEqual(sent, [
    { payload: "old", messageId: 1, dup: false },
    { payload: "new", messageId: 1, dup: false },
  ]);
  const { lost, duplicates } = tally(
    observer.received.map(({ payload }) => payload),
    ["new", "old"],
  );
  assert.deepEqual(duplicates, []);
  assert.ok(!lost.includes("new"), "the new message was swallowed as a duplicate of the old");
  assert.ok(!old.ends.includes("published") || !lost.includes("old"), "published was claimed falsely");
  assert.deepEqual(second.strayEnds, []);
}

async function rebootWhileSubscribed(
  t: TestContext,
  { port, version }: TestBroker,
  topic: string,
  rule: CutRule,
): Promise<void> {
  const proxy = await proxyTo(t, port);
  const other = await connectOther(t, port);
  const first = startBareClient(t, { to: proxy.port, version, reconnects: false });
  first.subscribe(topic, 2);
  await first.reported("subscribed");
  const cut = proxy.cutAt(rule);
  await other.publishAsync(topic, "old", { qos: 2 });
  await cut.hit();
  await cutOff(first);

  const second = first.reboot(t, { reconnects: true });
  second.subscribe(topic, 2);
  await second.reported("subscribed");
  assert.equal((await second.reported("connected")).session, "cleared");
  await other.publishAsync(topic, "new", { qos: 2 });
  await second.until(() => second.messages.includes("new"), "the new command");
  await other.publishAsync(topic, "last", { qos: 2 });
  await second.until(() => second.messages.includes("last"), "the last command");
  assert.deepEqual(
    second.messages,
    ["new", "last"],
    "what was queued for the first life is gone, as it was told",
  );
}

inEachVersion("a reboot that keeps nothing", async (suite, broker) => {
  for (const when of moments) {
    for (const place of asPublisher) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`after a cut ${what} the first message of the new life arrives once`, async (t) => {
        const at = (round: number) => `reboot/out/${place.packet}/${when}/${round}`;
        const rule: CutRule = { ...place, when, how: "reset" };
        await inEachRound((round) => rebootWhilePublishing(t, broker, at(round), rule));
      });
    }
    for (const place of asSubscriber) {
      const what = `${when} ${place.packet.toUpperCase()} ${place.direction}`;
      await suite.test(`after a cut ${what} the new life gets each new message once`, async (t) => {
        const at = (round: number) => `reboot/in/${place.packet}/${when}/${round}`;
        const rule: CutRule = { ...place, when, how: "reset" };
        await inEachRound((round) => rebootWhileSubscribed(t, broker, at(round), rule));
      });
    }
  }
});
