// Owns the comparison of what clients deliver over a link that is cut twice a second. Knows no particular client.
import { setTimeout as sleep } from "node:timers/promises";
import { type CuttingProxy, startCuttingProxy } from "../../host-sim/__tests__/support/cutting-proxy.ts";
import {
  type RecordingSubscriber,
  startRecordingSubscriber,
  tally,
} from "../../host-sim/__tests__/support/recording-subscriber.ts";
import { type BenchBroker, startBenchBroker } from "./broker.ts";
import { type ClientUnderTest, OutcomeCounter } from "./client-under-test.ts";
import type { Comparison, Row } from "./comparison.ts";

const messages = 2_000;
const perSecond = 200;
const roundTripMs = 20;
const cutEveryMs = 500;
/** After the last publish the cuts end, and what waits may still go out. */
const drainMs = 60_000;
const topic = "bench/readings";

export async function compareUnderCuts(clients: readonly ClientUnderTest[]): Promise<Comparison> {
  const rows: Row[] = [];
  let brokerName = "";
  for (const client of clients) {
    const broker = await startBenchBroker();
    brokerName = broker.name;
    rows.push(await measure(client, broker).finally(() => broker.stop()));
  }
  const load = `${messages} QoS 1 messages at ${perSecond} a second`;
  const link = `${roundTripMs} ms round trip, both ends reset every ${cutEveryMs} ms`;
  return { name: "link-cut-every-half-second", setting: `${load}, ${link}, ${brokerName}`, rows };
}

async function measure(client: ClientUnderTest, { port }: BenchBroker): Promise<Row> {
  const proxy = await startCuttingProxy(port);
  const observer = await startRecordingSubscriber({ port, filter: topic });
  try {
    proxy.latency(roundTripMs / 2);
    return await publishUnderCuts(client, proxy, observer);
  } finally {
    await observer.stop();
    await proxy.close();
  }
}

async function publishUnderCuts(
  client: ClientUnderTest,
  proxy: CuttingProxy,
  observer: RecordingSubscriber,
): Promise<Row> {
  const payloads = Array.from({ length: messages }, (_, i) => `reading ${i}`);
  const clientId = "bench-cuts";
  const open = await client.open({ port: proxy.port, clientId, window: 100, outboxMessages: messages });
  const outcomes = new OutcomeCounter();
  try {
    await proxy.waitFor(({ cmd }) => cmd === "connack");
    const cuts = proxy.cutEvery(cutEveryMs);
    await atASteadyRate(payloads, (payload) => outcomes.follow(open.publish(topic, payload)));
    cuts.stop();
    const { failed, pending } = await outcomes.settle(drainMs);
    await observer.settle();
    const { delivered, lost, duplicates } = tally(observer.payloads, payloads);
    return {
      contestant: client.name,
      version: client.version,
      figures: [
        { label: "delivered", value: delivered },
        { label: "lost", value: lost.length },
        { label: "duplicates", value: duplicates.length },
        { label: "reported as failed", value: failed },
        { label: "never reported", value: pending },
        { label: "cuts of a live connection", value: cuts.hits },
      ],
    };
  } finally {
    await open.close();
  }
}

/** Each at its own time from the start, so that a late timer does not slow the rate down. */
async function atASteadyRate(payloads: readonly string[], publish: (payload: string) => void): Promise<void> {
  const startedAt = performance.now();
  for (const [i, payload] of payloads.entries()) {
    const waitMs = startedAt + (i * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    publish(payload);
  }
}
