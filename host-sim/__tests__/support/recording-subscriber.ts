// Owns an observer that is not motekit: it writes down what a subscriber receives, straight from the broker. Judges by list.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { PATIENCE_MS } from "./patience.ts";

type QoS = 0 | 1 | 2;

export interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly atMs: number;
}

export interface SubscriberOptions {
  readonly port: number;
  readonly filter: string;
  /** 2 unless told, so that it sees the QoS a message was published with. */
  readonly qos?: QoS;
  readonly protocolVersion?: 4 | 5;
}

const pollMs = 5;

export async function startRecordingSubscriber(options: SubscriberOptions): Promise<RecordingSubscriber> {
  const fenceTopic = `fence/${randomUUID()}`;
  const qos = options.qos ?? 2;
  const client = await connectAsync(`mqtt://127.0.0.1:${options.port}`, {
    clientId: `observer-${randomUUID()}`,
    protocolVersion: options.protocolVersion ?? 4,
    clean: true,
    reconnectPeriod: 0,
  });
  const subscriber = new RecordingSubscriber(client, fenceTopic, qos);
  await client.subscribeAsync([options.filter, fenceTopic], { qos });
  return subscriber;
}

export class RecordingSubscriber {
  /** In the order of arrival. */
  readonly received: readonly Received[];
  readonly #received: Received[] = [];
  readonly #client: MqttClient;
  readonly #fenceTopic: string;
  readonly #qos: QoS;
  #fencesSeen = 0;

  constructor(client: MqttClient, fenceTopic: string, qos: QoS) {
    this.received = this.#received;
    this.#client = client;
    this.#fenceTopic = fenceTopic;
    this.#qos = qos;
    client.on("message", (topic, payload, packet) => this.#record(topic, payload, packet));
  }

  get payloads(): readonly string[] {
    return this.#received.map(({ payload }) => payload);
  }

  /** Waits until `enough` holds of what has arrived. */
  async waitUntil(
    enough: (received: readonly Received[]) => boolean,
    timeoutMs = PATIENCE_MS,
  ): Promise<void> {
    await this.#until(() => enough(this.#received), timeoutMs, `only ${this.#received.length} messages came`);
  }

  /**
   * Everything the broker had passed on before this call has arrived when it returns: brokers keep the order of one
   * subscriber's messages of one QoS, so a message of one's own comes last.
   */
  async settle(): Promise<void> {
    const wanted = this.#fencesSeen + 1;
    await this.#client.publishAsync(this.#fenceTopic, "", { qos: this.#qos });
    await this.#until(
      () => this.#fencesSeen >= wanted,
      PATIENCE_MS,
      "the observer's own message did not come",
    );
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #record(topic: string, payload: Buffer, { qos, retain, dup }: IPublishPacket): void {
    if (topic === this.#fenceTopic) this.#fencesSeen += 1;
    else
      this.#received.push({ topic, payload: payload.toString(), qos, retain, dup, atMs: performance.now() });
  }

  async #until(holds: () => boolean, timeoutMs: number, otherwise: string): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!holds()) {
      if (!this.#client.connected) throw new Error("the observer lost its connection");
      if (performance.now() > deadline) throw new Error(`after ${timeoutMs} ms: ${otherwise}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

export interface Tally {
  readonly delivered: number;
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
  readonly foreign: readonly string[];
}

/** `expected` payloads must differ from each other; every further arrival of one counts as a duplicate. */
export function tally(payloads: readonly string[], expected: readonly string[]): Tally {
  const wanted = new Set(expected);
  assert.equal(wanted.size, expected.length, "the expected payloads do not differ from each other");
  const arrived = new Set<string>();
  const duplicates = payloads.filter((payload) => {
    const again = arrived.has(payload);
    arrived.add(payload);
    return again && wanted.has(payload);
  });
  const lost = expected.filter((payload) => !arrived.has(payload));
  const foreign = payloads.filter((payload) => !wanted.has(payload));
  return { delivered: expected.length - lost.length, lost, duplicates, foreign };
}

/** Each once, and nothing else. */
export function expectExactlyOnce(received: readonly Received[], expected: readonly string[]): void {
  const { lost, duplicates, foreign } = tally(
    received.map(({ payload }) => payload),
    expected,
  );
  assert.deepEqual({ lost, duplicates, foreign }, { lost: [], duplicates: [], foreign: [] });
}

/** Each once, in this order, and nothing else. */
export function expectExactlyOnceInOrder(received: readonly Received[], expected: readonly string[]): void {
  expectExactlyOnce(received, expected);
  assert.deepEqual(
    received.map(({ payload }) => payload),
    expected,
  );
}
