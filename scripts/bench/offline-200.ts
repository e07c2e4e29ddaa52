// Owns the comparison of how fast a queue filled offline empties once the link is up. Knows no particular client.
import assert from "node:assert/strict";
import { type CuttingProxy, startCuttingProxy } from "../../host-sim/__tests__/support/cutting-proxy.ts";
import type { PacketRecord } from "../../host-sim/__tests__/support/packet-log.ts";
import {
  expectExactlyOnce,
  startRecordingSubscriber,
} from "../../host-sim/__tests__/support/recording-subscriber.ts";
import { startBenchBroker } from "./broker.ts";
import { type ClientUnderTest, OutcomeCounter } from "./client-under-test.ts";
import type { Comparison, Row } from "./comparison.ts";

const messages = 200;
const roundTripMs = 50;
const drainMs = 60_000;
const connectTimeoutMs = 30_000;
const topic = "bench/queued";

export async function compareOfflineQueues(clients: readonly ClientUnderTest[]): Promise<Comparison> {
  const rows: Row[] = [];
  let brokerName = "";
  for (const client of clients) {
    const broker = await startBenchBroker();
    brokerName = broker.name;
    rows.push(await measure(client, broker.port).finally(() => broker.stop()));
  }
  const setting = `${messages} QoS 1 messages queued offline, window ${messages}, ${roundTripMs} ms round trip, ${brokerName}`;
  return { name: "offline-200", setting, rows };
}

async function measure(client: ClientUnderTest, port: number): Promise<Row> {
  const proxy = await startCuttingProxy(port);
  const observer = await startRecordingSubscriber({ port, filter: topic });
  try {
    proxy.latency(roundTripMs / 2);
    const payloads = Array.from({ length: messages }, (_, i) => `queued ${i}`);
    await publishOffline(client, proxy, payloads);
    await observer.settle();
    expectExactlyOnce(observer.received, payloads);
    return row(client, proxy.log);
  } finally {
    await observer.stop();
    await proxy.close();
  }
}

async function publishOffline(
  client: ClientUnderTest,
  proxy: CuttingProxy,
  payloads: readonly string[],
): Promise<void> {
  proxy.down();
  const clientId = "bench-offline";
  const open = await client.open({ port: proxy.port, clientId, window: messages, outboxMessages: messages });
  const outcomes = new OutcomeCounter();
  try {
    for (const payload of payloads) outcomes.follow(open.publish(topic, payload));
    assert.equal(proxy.connectionCount, 0, "the queue was to be filled before the link came up");
    proxy.up();
    await proxy.waitFor(({ cmd }) => cmd === "connack", connectTimeoutMs);
    const { published } = await outcomes.settle(drainMs);
    assert.equal(published, messages, `${client.name} did not publish all that was queued`);
  } finally {
    await open.close();
  }
}

/** Both times are those at which the proxy handed the packet to the client. */
function row(client: ClientUnderTest, log: readonly PacketRecord[]): Row {
  const acks = log.filter(({ cmd, forwarded }) => cmd === "puback" && forwarded);
  const lastAck = acks.at(-1);
  const connack = log.findLast(({ cmd, atMs }) => cmd === "connack" && atMs <= (acks[0]?.atMs ?? 0));
  assert.ok(connack && lastAck, "the log lacks a CONNACK followed by a PUBACK");
  const elapsedMs = lastAck.atMs - connack.atMs;
  return {
    contestant: client.name,
    version: client.version,
    figures: [
      { label: "ms from CONNACK to the last PUBACK", value: elapsedMs, digits: 1 },
      { label: "in round trips", value: elapsedMs / roundTripMs, digits: 1 },
    ],
  };
}
