// Owns what becomes of messages, ids and subscriptions when the broker has forgotten the session and this client has not.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { LossPolicy } from "../../device/layout.generated.ts";
import { type BareClient, startBareClient } from "../support/bare-client.ts";
import type { QoS } from "../support/bare-settings.ts";
import { connectOther, observe, proxyTo } from "../support/borrowed.ts";
import type { CutRule } from "../support/cut.ts";
import type { CuttingProxy } from "../support/cutting-proxy.ts";
import { againstEachBroker, type TestBroker } from "../support/each-broker.ts";
import type { MessageEnd } from "../support/happenings.ts";
import type { PacketRecord } from "../support/packet-log.ts";
import { publishesIn } from "../support/sent-publishes.ts";

type Forget = (t: TestContext, broker: TestBroker, client: BareClient) => Promise<void>;

interface Way {
  readonly name: string;
  readonly forget: Forget;
}

const ways: readonly Way[] = [
  { name: "a restart without its store", forget: (_, broker) => broker.restart({ forget: true }) },
  {
    // What an expiry leaves behind, without waiting for one. [MQTT3-3.1.2-6]
    name: "a clean connection in this client's name",
    forget: async (t, { port }, { clientId }) => {
      const other = await connectOther(t, port, clientId);
      await other.endAsync();
    },
  },
];

/** The client stays away from its broker after `rule` until it is told to connect. */
async function startCut(
  t: TestContext,
  broker: TestBroker,
  rule: CutRule,
  lossPolicy?: LossPolicy,
): Promise<{ proxy: CuttingProxy; client: BareClient; cutHit: () => Promise<void> }> {
  const proxy = await proxyTo(t, broker.port);
  const client = startBareClient(t, {
    to: proxy.port,
    reconnects: false,
    ...(lossPolicy !== undefined && { lossPolicy }),
  });
  client.subscribe("forgotten/down", 2);
  await client.reported("subscribed");
  const cut = proxy.cutAt(rule);
  const cutHit = async (): Promise<void> => {
    await cut.hit();
    await client.reported("closed", 2);
  };
  return { proxy, client, cutHit };
}

async function connectToTheForgetful(client: BareClient): Promise<void> {
  client.connect();
  assert.equal((await client.reported("connected", 2)).session, "lost");
}

interface LossCase {
  readonly claim: string;
  readonly qos: QoS;
  readonly rule: CutRule;
  readonly lossPolicy?: LossPolicy;
  readonly end: MessageEnd;
}

const lost = (packet: "puback" | "pubrec" | "pubcomp"): CutRule => ({
  packet,
  direction: "toClient",
  when: "before",
  how: "reset",
});

const lossCases: readonly LossCase[] = [
  {
    claim: "QoS 1 without its PUBACK is published again",
    qos: 1,
    rule: lost("puback"),
    end: "published",
  },
  {
    claim: "QoS 2 before its PUBREC ends as lost",
    qos: 2,
    rule: lost("pubrec"),
    end: "sessionLost",
  },
  {
    claim: "QoS 2 before its PUBREC is published again where the caller wants it",
    qos: 2,
    rule: lost("pubrec"),
    lossPolicy: LossPolicy.All,
    end: "published",
  },
  {
    claim: "QoS 2 past its PUBREC ends as unknown, and never as published",
    qos: 2,
    rule: lost("pubcomp"),
    end: "outcomeUnknown",
  },
  {
    claim: "QoS 2 past its PUBREC ends as unknown, also where the caller wants all published again",
    qos: 2,
    rule: lost("pubcomp"),
    lossPolicy: LossPolicy.All,
    end: "outcomeUnknown",
  },
];

async function loseOne(t: TestContext, broker: TestBroker, forget: Forget, loss: LossCase): Promise<void> {
  const { proxy, client, cutHit } = await startCut(t, broker, loss.rule, loss.lossPolicy);
  const message = client.publish("forgotten/up", "reading", loss.qos);
  await cutHit();
  await forget(t, broker, client);
  const observer = await observe(t, { port: broker.port, filter: "forgotten/up" });
  await connectToTheForgetful(client);
  assert.equal(await client.endOf(message), loss.end);
  assert.equal(await client.endOf(client.publish("forgotten/up", "next", 2)), "published");
  await observer.settle();

  const again = loss.end === "published" ? ["reading"] : [];
  assert.deepEqual(observer.payloads, [...again, "next"]);
  const sent = publishesIn(proxy.log, "toBroker");
  const lastConnection = sent.at(-1)?.connection;
  const inNewSession = sent.filter(({ connection }) => connection === lastConnection);
  assert.deepEqual(
    inNewSession.map(({ payload, dup }) => ({ payload, dup })),
    [...again, "next"].map((payload) => ({ payload, dup: false })),
    "what belongs to no session yet is no duplicate",
  );
}

async function deliverUnderAForgottenId(t: TestContext, broker: TestBroker, forget: Forget): Promise<void> {
  const rule: CutRule = { packet: "pubrel", direction: "toClient", when: "before", how: "reset" };
  const { proxy, client, cutHit } = await startCut(t, broker, rule);
  const before = await connectOther(t, broker.port);
  await before.publishAsync("forgotten/down", "old", { qos: 2 });
  await cutHit();
  await forget(t, broker, client);
  await connectToTheForgetful(client);
  await client.reported("subscribed", 2);
  const after = await connectOther(t, broker.port);
  await after.publishAsync("forgotten/down", "new", { qos: 2 });
  await client.until(() => client.messages.includes("new"), "the new message");
  assert.deepEqual(client.messages, ["old", "new"]);
  const ids = publishesIn(proxy.log, "toClient").map(({ messageId }) => messageId);
  assert.equal(ids.at(0), ids.at(-1), "both had the same packet id");
}

/** What of a SUBSCRIBE this short lies behind its packet id. */
function filtersAsked({ bytes }: PacketRecord): string {
  return bytes.subarray(4).toString();
}

// [MQTT3-3.1.2-6] [MQTT3-4.1.0-1]
againstEachBroker("a session that the broker forgot", async (suite, broker) => {
  for (const { name, forget } of ways) {
    await suite.test(`by ${name}: the client asks for its subscriptions again by itself`, async (t) => {
      const proxy = await proxyTo(t, broker.port);
      const client = startBareClient(t, { to: proxy.port, reconnects: false });
      client.subscribe("forgotten/a/+", 1);
      client.subscribe("forgotten/b", 2);
      await client.reported("subscribed", 2);
      proxy.cutNow("fin");
      await client.reported("closed", 2);
      await forget(t, broker, client);
      await connectToTheForgetful(client);
      await client.reported("subscribed", 4);
      const other = await connectOther(t, broker.port);
      await other.publishAsync("forgotten/a/x", "at 1", { qos: 2 });
      await other.publishAsync("forgotten/b", "at 2", { qos: 2 });
      await client.until(() => client.messages.length === 2, "a message for each filter");
      assert.deepEqual(client.messages, ["at 1", "at 2"]);
      const [first, second] = proxy.log.filter(({ cmd }) => cmd === "subscribe").map(filtersAsked);
      assert.deepEqual(second, first, "the same filters at the same QoS");
    });
    for (const loss of lossCases) {
      await suite.test(`by ${name}: ${loss.claim}`, (t) => loseOne(t, broker, forget, loss));
    }
    // Aedes begins its packet ids anywhere, so that the same one does not come twice.
    if (broker.name === "Aedes") continue;
    await suite.test(`by ${name}: a new QoS 2 message under the id of an old one is delivered`, (t) =>
      deliverUnderAForgottenId(t, broker, forget),
    );
  }
});
