// Owns what a test borrows and gives back at its end: proxies, observers, other clients. Knows no claim and no broker's kind.
import type { TestContext } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { type CuttingProxy, startCuttingProxy } from "./cutting-proxy.ts";
import {
  type RecordingSubscriber,
  type SubscriberOptions,
  startRecordingSubscriber,
} from "./recording-subscriber.ts";

export async function proxyTo(t: TestContext, port: number): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy(port);
  t.after(() => proxy.close());
  return proxy;
}

/** Connected straight to the broker. */
export async function observe(t: TestContext, options: SubscriberOptions): Promise<RecordingSubscriber> {
  const observer = await startRecordingSubscriber(options);
  t.after(() => observer.stop());
  return observer;
}

/** Somebody else at the broker, straight and without a session. */
export async function connectOther(t: TestContext, port: number, clientId?: string): Promise<MqttClient> {
  const other = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    reconnectPeriod: 0,
    ...(clientId !== undefined && { clientId }),
  });
  other.on("error", () => {});
  t.after(() => other.endAsync(true));
  return other;
}

/** What the broker keeps for a topic: the payload that a subscriber gets at once, or undefined. */
export async function retainedAt(t: TestContext, port: number, topic: string): Promise<string | undefined> {
  const observer = await observe(t, { port, filter: topic });
  await observer.settle();
  return observer.received.find(({ retain }) => retain)?.payload;
}
