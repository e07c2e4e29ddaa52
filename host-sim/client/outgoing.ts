// Owns the way of a publish from the call to its end: into the outbox, or first into a queue when that is full. Knows no
// connection, and nothing of what is received.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { type DropReason, Option, Status } from "../device/layout.generated.ts";
import { MqttError } from "./errors.ts";
import { MessageQueue, type QueueLimits } from "./message-queue.ts";
import type { QoS } from "./options.ts";
import { TopicCache } from "./topic-cache.ts";
import { dropName, dropSentence, statusName, statusSentence } from "./words.ts";

export interface PublishResult {
  /** 0: success. MQTT 3.1.1 knows no other. */
  readonly reasonCode: number;
}

export interface Dropped {
  readonly topic: string;
  /** Such as `session-lost`. */
  readonly why: string;
}

/** How a message that was published with `publishBytes` ended: 0 published, else a DropReason. */
export type OnOutcome = (ticket: number, reason: DropReason | 0) => void;

interface Message {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly topicBytes: number;
  readonly size: number;
  readonly options: number;
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (error: MqttError) => void;
}

export interface OutgoingParts {
  readonly core: Core;
  readonly block: number;
  readonly limits: QueueLimits;
  readonly outboxBytes: number;
  readonly entryCount: number;
  readonly texts: number;
  /** Whether QoS 0 messages wait for a connection. */
  readonly queueQoSZero: boolean;
  readonly onDropped: (dropped: Dropped) => void;
  readonly onOutcome: OnOutcome;
}

const MOST_TOPIC_BYTES = 65_535;
const SUCCESS: PublishResult = { reasonCode: 0 };
const LONE_SURROGATE = /\p{Surrogate}/u;

export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #queue: MessageQueue<Message>;
  readonly #topics: TopicCache;
  /** By ticket: the messages in the outbox that a promise stands for. */
  readonly #inOutbox: (Message | null)[];
  #unsettled = 0;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    this.#queue = new MessageQueue(parts.limits);
    this.#topics = new TopicCache(parts.core, parts.block, parts.texts);
    this.#inOutbox = new Array(parts.entryCount).fill(null);
  }

  /** Messages accepted and not yet ended. */
  get unsettled(): number {
    return this.#unsettled + this.#queue.length;
  }

  publish(topic: string, payload: string | Uint8Array, qos: QoS, retain: boolean): Promise<PublishResult> {
    return new Promise((resolve, reject) => {
      const options = qos | (retain ? Option.Retain : 0);
      const topicBytes = Buffer.byteLength(topic);
      const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
      const fault = topicFault(topic, topicBytes);
      if (fault !== null) reject(refusal(fault));
      else this.#accept({ topic, payload, topicBytes, size, options, resolve, reject });
    });
  }

  /** The path without garbage. A ticket, or a negative status; then nothing has changed. */
  publishBytes(topic: number, payload: Uint8Array, qos: QoS, retain: boolean): number {
    const { core, block, outboxBytes } = this.#parts;
    // It would overtake those that wait.
    if (this.#queue.length > 0) return Status.OutboxFull;
    if (payload.length > outboxBytes) return Status.PayloadTooLarge;
    core.bytes.set(payload, core.inbox);
    const options = retain ? qos | Option.Retain : qos;
    const ticket = core.exports.publish(block, topic, core.inbox, payload.length, options);
    if (ticket > 0) this.#unsettled += 1;
    return ticket;
  }

  /** Room may have come, or a connection: what waits is handed over, in its order. */
  handOver(): void {
    for (let message = this.#queue.first; message !== undefined; message = this.#queue.first) {
      const status = this.#offer(message);
      if (this.#waits(status)) return;
      this.#queue.take();
      this.#settleOffer(message, status);
    }
  }

  /** The message with this ticket has ended: 0 published, else why not. */
  settle(ticket: number, reason: DropReason | 0): void {
    this.#unsettled -= 1;
    const message = this.#inOutbox[ticket];
    if (message == null) {
      this.#parts.onOutcome(ticket, reason);
      return;
    }
    this.#inOutbox[ticket] = null;
    if (reason === 0) {
      message.resolve(SUCCESS);
      return;
    }
    const { topic } = message;
    message.reject(new MqttError(dropName(reason), `not published to ${topic}: ${dropSentence(reason)}`));
    this.#parts.onDropped({ topic, why: dropName(reason) });
  }

  /** The message being sent asks for its next bytes. */
  supply(ticket: number, most: number): void {
    const { core, block } = this.#parts;
    const payload = this.#inOutbox[ticket]?.payload;
    if (!(payload instanceof Uint8Array)) return;
    const from = clientField(core, block, "partsGiven");
    const length = core.put(core.inbox, payload.subarray(from, from + most));
    core.exports.supply(block, ticket, core.inbox, length);
  }

  /** Ends every message that has a promise: the client is no more. */
  rejectAll(error: MqttError): void {
    for (let message = this.#queue.take(); message !== undefined; message = this.#queue.take()) {
      message.reject(error);
    }
    for (const [ticket, message] of this.#inOutbox.entries()) {
      if (message === null) continue;
      this.#inOutbox[ticket] = null;
      message.reject(error);
    }
    this.#unsettled = 0;
  }

  #accept(message: Message): void {
    const status = this.#queue.length > 0 ? Status.OutboxFull : this.#offer(message);
    if (!this.#waits(status)) {
      this.#settleOffer(message, status);
      return;
    }
    // The caller's bytes are the caller's again once the call has returned.
    if (this.#queue.add(withOwnPayload(message))) return;
    message.reject(
      new MqttError("queue-full", `not published to ${message.topic}: too many messages wait already`),
    );
  }

  #waits(status: number): boolean {
    return status === Status.OutboxFull || (status === Status.Offline && this.#parts.queueQoSZero);
  }

  #settleOffer(message: Message, status: number): void {
    if (status < 0) {
      message.reject(refusal(status, message.topic));
      return;
    }
    this.#unsettled += 1;
    this.#inOutbox[status] = this.#isInParts(message) ? withOwnPayload(message) : message;
  }

  /** What does not fit the outbox even when it is empty is sent from here. */
  #isInParts({ topicBytes, size }: Message): boolean {
    return 2 + topicBytes + size > this.#parts.outboxBytes;
  }

  #offer(message: Message): number {
    const { core, block } = this.#parts;
    const { exports, inbox } = core;
    const { topic, payload, size, options } = message;
    const handle = this.#topics.handleOf(topic);
    const topicBytes = handle === 0 ? core.put(inbox, topic) : 0;
    if (this.#isInParts(message))
      return exports.publishParts(block, handle, inbox, topicBytes, size, options);
    const payloadAt = inbox + topicBytes;
    core.put(payloadAt, payload);
    return handle === 0
      ? exports.publishTo(block, inbox, topicBytes, payloadAt, size, options)
      : exports.publish(block, handle, payloadAt, size, options);
  }
}

function withOwnPayload(message: Message): Message {
  const { payload } = message;
  return { ...message, payload: Buffer.from(payload as string) };
}

/** What would be changed on the way to UTF-8 is refused here; the client checks the bytes. */
function topicFault(topic: string, topicBytes: number): Status | null {
  if (topicBytes > MOST_TOPIC_BYTES) return Status.TopicTooLarge; // [MQTT3-4.7.3-3]
  return LONE_SURROGATE.test(topic) ? Status.BadUtf8 : null; // [MQTT3-1.5.3-1]
}

function refusal(status: number, topic?: string): MqttError {
  const where = topic === undefined ? "" : ` to ${topic}`;
  return new MqttError(statusName(status), `not published${where}: ${statusSentence(status)}`);
}
