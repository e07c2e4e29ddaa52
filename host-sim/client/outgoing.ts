// Owns the way of a publish from the call to its end: into the outbox, or first into a queue when that is full. Knows no
// connection, and nothing of what is received.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { DropReason, Option, Property, Status } from "../device/layout.generated.ts";
import { clientMs } from "../device/port.ts";
import type { Clock } from "../time/clock.ts";
import { MqttError } from "./errors.ts";
import type { MessageProperties, PlainMessage } from "./message-properties.ts";
import { MessageQueue, type QueueLimits } from "./message-queue.ts";
import type { QoS } from "./options.ts";
import { eventProperties } from "./properties/decode.ts";
import type { Properties } from "./properties/table.ts";
import { reasonWord, reasonWords } from "./reasons.ts";
import { TopicCache } from "./topic-cache.ts";
import { dropName, dropSentence, statusName, statusSentence } from "./words.ts";

export interface PublishResult {
  /** 0: success. MQTT 3.1.1 knows no other; in 5 it is below 128, such as 16: nobody has subscribed. */
  readonly reasonCode: number;
  /** Of the acknowledgement, in MQTT 5. */
  readonly properties?: Properties;
}

/** The broker has refused a message. */
export interface Rejected {
  readonly topic: string;
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface Dropped {
  readonly topic: string;
  /** Such as `session-lost`. */
  readonly why: string;
}

/** How a message that was published with `publishBytes` ended: 0 published, a DropReason, or from 128 on why the broker refused it. */
export type OnOutcome = (ticket: number, reason: number) => void;

interface Message {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly properties: Uint8Array;
  /** Of the host's clock: what it waits for room counts too. */
  readonly expiresAtMs: number | null;
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
  readonly onRejected: (rejected: Rejected) => void;
  readonly onOutcome: OnOutcome;
  readonly clock: Clock;
}

const MOST_TOPIC_BYTES = 65_535;
/** What the outbox keeps beside topic, properties and payload, at most: two lengths, and the expiry. */
const MOST_EXTRA_BYTES = 8;
/** Of an encoded expiry. */
const EXPIRY_BYTES = 5;
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

  publish(publishing: PlainMessage & MessageProperties): Promise<PublishResult> {
    const { topic, payload, qos, retain, mayLower, properties, expiry } = publishing;
    return new Promise((resolve, reject) => {
      const expiresAtMs = expiry === null ? null : this.#parts.clock.nowMs + expiry * 1000;
      const options = qos | (retain ? Option.Retain : 0) | (mayLower ? Option.MayLower : 0);
      const topicBytes = Buffer.byteLength(topic);
      const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
      const fault = topicFault(topic, topicBytes);
      if (fault !== null) reject(refusal(fault));
      else
        this.#accept({ topic, payload, properties, expiresAtMs, topicBytes, size, options, resolve, reject });
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
      const isExpired = secondsLeft(message, this.#parts.clock) === 0;
      const status = isExpired ? 0 : this.#offer(message);
      if (this.#waits(status)) return;
      this.#queue.take();
      if (isExpired) this.#drop(message, DropReason.Expired);
      else this.#settleOffer(message, status);
    }
  }

  /** The message with this ticket was acknowledged, or handed over. To be called while its event holds. */
  published(ticket: number, reasonCode: number): void {
    const message = this.#end(ticket, 0);
    if (message === null) return;
    const { core, block } = this.#parts;
    const properties = eventProperties(core, block);
    if (properties !== null) message.resolve({ reasonCode, properties });
    else message.resolve(reasonCode === 0 ? SUCCESS : { reasonCode });
  }

  dropped(ticket: number, reason: DropReason): void {
    const message = this.#end(ticket, reason);
    if (message !== null) this.#drop(message, reason);
  }

  /** The broker refused it. To be called while its event holds. */
  rejected(ticket: number, reasonCode: number): void {
    const message = this.#end(ticket, reasonCode);
    if (message === null) return;
    const { core, block } = this.#parts;
    const { topic } = message;
    const properties = eventProperties(core, block) ?? {};
    const words = `not published to ${topic}: the broker refused it: ${reasonWords(reasonCode, properties)}`;
    message.reject(new MqttError(reasonWord(reasonCode), words, { reasonCode, properties }));
    this.#parts.onRejected({ topic, reasonCode, properties });
  }

  #drop({ topic, reject }: Message, reason: DropReason): void {
    reject(new MqttError(dropName(reason), `not published to ${topic}: ${dropSentence(reason)}`));
    this.#parts.onDropped({ topic, why: dropName(reason) });
  }

  /** The message that a promise stands for; of any other its outcome is told. */
  #end(ticket: number, reason: number): Message | null {
    this.#unsettled -= 1;
    const message = this.#inOutbox[ticket];
    if (message == null) {
      this.#parts.onOutcome(ticket, reason);
      return null;
    }
    this.#inOutbox[ticket] = null;
    return message;
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
  #isInParts({ topicBytes, size, properties }: Message): boolean {
    return MOST_EXTRA_BYTES + topicBytes + properties.length + size > this.#parts.outboxBytes;
  }

  #offer(message: Message): number {
    const { core, block } = this.#parts;
    const { exports, inbox } = core;
    const { topic, payload, size, options, properties, expiresAtMs } = message;
    const handle = this.#topics.handleOf(topic);
    const topicBytes = handle === 0 ? core.put(inbox, topic) : 0;
    if (properties.length > 0 || expiresAtMs !== null) return this.#offerWith(message, handle, topicBytes);
    if (this.#isInParts(message))
      return exports.publishParts(block, handle, inbox, topicBytes, size, options);
    const payloadAt = inbox + topicBytes;
    core.put(payloadAt, payload);
    return handle === 0
      ? exports.publishTo(block, inbox, topicBytes, payloadAt, size, options)
      : exports.publish(block, handle, payloadAt, size, options);
  }

  /** The same with properties. The topic lies in the inbox, unless it has a handle. */
  #offerWith(message: Message, handle: number, topicBytes: number): number {
    const { core, block, clock } = this.#parts;
    const { exports, inbox } = core;
    const { payload, size, options } = message;
    const at = inbox + topicBytes;
    const length = this.#putProperties(message, at);
    const nowMs = clientMs(clock);
    if (this.#isInParts(message)) {
      return exports.publishPartsWith(block, handle, inbox, topicBytes, at, length, size, options, nowMs);
    }
    const to = at + length;
    core.put(to, payload);
    return exports.publishWith(block, handle, inbox, topicBytes, at, length, to, size, options, nowMs);
  }

  #putProperties(message: Message, at: number): number {
    const { core, clock } = this.#parts;
    const seconds = secondsLeft(message, clock);
    const expiry =
      seconds === null ? 0 : core.exports.writeNumber(at, EXPIRY_BYTES, Property.MessageExpiry, seconds);
    return expiry + core.put(at + expiry, message.properties);
  }
}

/** What is left of a message's time, null when it has no end. */
function secondsLeft({ expiresAtMs }: Message, { nowMs }: Clock): number | null {
  return expiresAtMs === null ? null : Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1000));
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
