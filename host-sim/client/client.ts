// Owns the client for Node programs: one connection's life and its events, over a block and a port. Knows neither URLs nor
// what carries the bytes.

import { EventEmitter } from "node:events";
import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import {
  CloseReason,
  type DropReason,
  Event,
  Phase,
  SessionOutcome,
  Status,
} from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import { createBlock } from "./create-block.ts";
import { MqttError } from "./errors.ts";
import type { ClientEvents, SessionStory } from "./events.ts";
import { Incoming } from "./incoming.ts";
import type { QoS } from "./options.ts";
import { type OnOutcome, Outgoing, type PublishResult } from "./outgoing.ts";
import type { ClientSettings } from "./settings.ts";
import { type Filters, type Grant, Subscriptions, wantedFilters } from "./subscriptions.ts";
import {
  closeName,
  closeSentence,
  refusalName,
  refusalSentence,
  statusName,
  statusSentence,
} from "./words.ts";

export interface ClientParts {
  readonly core: Core;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly settings: ClientSettings;
}

export interface PublishOptions {
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/** How long `end` waits for what is in flight, and for its DISCONNECT to leave. */
const END_WAIT_MS = 10_000;
const GOODBYE_MS = 2000;

const SESSION_STORIES: Readonly<Record<number, SessionStory>> = {
  [SessionOutcome.Fresh]: "fresh",
  [SessionOutcome.Resumed]: "resumed",
  [SessionOutcome.Lost]: "lost",
  [SessionOutcome.Cleared]: "cleared",
};

export class MqttClient extends EventEmitter<ClientEvents> {
  /** How messages of `publishBytes` ended. A function to be set rather than an event: events make garbage. */
  onOutcome: OnOutcome = () => {};
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #block: number;
  readonly #blockBytes: number;
  readonly #port: Port;
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;
  readonly #subscriptions: Subscriptions;
  readonly #highestQos: QoS;
  #isPumpDue = false;
  #isEnded = false;
  #ending: { readonly promise: Promise<void>; readonly done: () => void; limit: Timer | null } | null = null;
  /** The last CONNACK's refusal, until the close that follows it. */
  #refusal: MqttError | null = null;
  #wasConnected = false;
  #hasDialled = false;

  /** Throws an `OptionError` when the settings do not fit together. */
  constructor({ core, dialer, clock, random, settings }: ClientParts) {
    super();
    this.#core = core;
    this.#clock = clock;
    const { capacities } = settings;
    const { address, bytes } = createBlock(core, settings, clientMs(clock));
    this.#block = address;
    this.#blockBytes = bytes;
    this.#highestQos = settings.highestQos;
    const shared = { core, block: this.#block };
    this.#outgoing = new Outgoing({
      ...shared,
      limits: { messages: settings.maxQueuedMessages, bytes: settings.maxQueuedBytes },
      outboxBytes: capacities.outboxBytes,
      entryCount: clientField(core, this.#block, "entryCapacity"),
      texts: capacities.texts,
      queueQoSZero: settings.queueQoSZero,
      onDropped: (dropped) => this.#tell("dropped", dropped),
      onOutcome: (ticket, reason) => this.onOutcome(ticket, reason),
    });
    this.#incoming = new Incoming({
      ...shared,
      maximumMessageBytes: settings.maximumMessageBytes,
      streamLargeMessages: settings.streamLargeMessages,
      onMessage: (packet) => this.#tell("message", packet.topic, packet.payload, packet),
      onPart: (part) => this.#tell("part", part),
      onTooLarge: (message) => this.#tell("tooLarge", message),
    });
    this.#subscriptions = new Subscriptions({
      ...shared,
      capacity: capacities.filters,
      onRefusedAgain: (filter) => this.#tell("subscriptionRefused", filter),
    });
    const firmware = {
      poll: (nowMs: number) => core.exports.poll(this.#block, nowMs),
      deadlineMs: (nowMs: number) => core.exports.deadlineMs(this.#block, nowMs),
    };
    const onEvent = (event: Event): void => this.#reactions[event]?.();
    this.#port = new Port({ core, client: this.#block, firmware, dialer, clock, random, onEvent });
    this.#pumpSoon();
  }

  get connected(): boolean {
    return !this.#isEnded && clientField(this.#core, this.#block, "phase") === Phase.Connected;
  }

  /** Connects again after a connection that ended with `reconnectPeriod` 0. Does nothing while one is there or under way. */
  reconnect(): void {
    if (this.#isEnded || this.#ending !== null) return;
    this.#core.exports.connect(this.#block, clientMs(this.#clock));
    this.#pumpSoon();
  }

  /**
   * Resolves at the final acknowledgement; at QoS 0 when the last byte was handed over. Rejects with an `MqttError` whose
   * `code` says why the message was refused or dropped. Messages wait, in order, while the outbox is full.
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions = {}): Promise<PublishResult> {
    const { qos = 0, retain = false } = options;
    if (this.#isOver) return Promise.reject(ended());
    if ((qos !== 0 && qos !== 1 && qos !== 2) || qos > this.#highestQos)
      return Promise.reject(statusError(Status.QosRange));
    this.#pumpSoon();
    return this.#outgoing.publish(topic, payload, qos, retain);
  }

  /** A handle for `publishBytes`. Throws an `MqttError` for a wrong topic, or when there is no room for another. */
  prepareTopic(topic: string): number {
    if (this.#isOver) throw ended();
    const name = Buffer.from(topic);
    if (name.length > this.#core.scratchBytes) throw statusError(Status.TopicTooLarge);
    const length = this.#core.put(this.#core.inbox, name);
    const handle = this.#core.exports.prepareTopic(this.#block, this.#core.inbox, length);
    if (handle < 0) throw statusError(handle);
    return handle;
  }

  /**
   * Publishes to a prepared topic without making garbage. Answers a ticket for `onOutcome`, or a negative status:
   * `statusName` tells its name, and nothing has changed. What is published in one go leaves in one write, at the end of the
   * current turn, when the outbox is full, or at `flush`.
   */
  publishBytes(topic: number, payload: Uint8Array, qos: QoS = 0, retain = false): number {
    if (this.#isOver) return Status.WrongPhase;
    if (qos > this.#highestQos) return Status.QosRange;
    const ticket = this.#outgoing.publishBytes(topic, payload, qos, retain);
    if (ticket !== Status.OutboxFull) {
      this.#pumpSoon();
      return ticket;
    }
    this.#port.pump();
    return this.#isOver ? Status.WrongPhase : this.#outgoing.publishBytes(topic, payload, qos, retain);
  }

  /** Sends what waits now instead of at the end of the turn. */
  flush(): void {
    if (!this.#isEnded) this.#port.pump();
  }

  /** Resolves with what the broker granted: the QoS for each filter, or 0x80 where it refused. */
  async subscribe(filters: Filters, { qos = 0 }: { readonly qos?: QoS } = {}): Promise<readonly Grant[]> {
    if (this.#isOver) throw ended();
    const grants = this.#subscriptions.subscribe(wantedFilters(filters, qos));
    this.#pumpSoon();
    return grants;
  }

  async unsubscribe(filters: string | readonly string[]): Promise<void> {
    if (this.#isOver) throw ended();
    const done = this.#subscriptions.unsubscribe(typeof filters === "string" ? [filters] : filters);
    this.#pumpSoon();
    return done;
  }

  /**
   * Ends the client: waits for what is in flight, though not for ever, and says DISCONNECT. Without a connection, or forced,
   * it ends at once; forced it says no DISCONNECT, so that a will fires. What was not acknowledged rejects as `client-ended`.
   */
  end(force = false): Promise<void> {
    if (this.#ending === null) {
      let done = (): void => {};
      const promise = new Promise<void>((resolve) => {
        done = resolve;
      });
      this.#ending = { promise, done, limit: null };
      if (this.connected) this.#ending.limit = after(this.#clock, END_WAIT_MS, () => this.#sayGoodbye());
      else queueMicrotask(() => this.#finish());
    }
    const { promise } = this.#ending;
    if (force) queueMicrotask(() => this.#finish());
    else if (this.connected) this.#pumpSoon();
    return promise;
  }

  get #isOver(): boolean {
    return this.#isEnded || this.#ending !== null;
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(this.#pump);
  }

  readonly #pump = (): void => {
    this.#isPumpDue = false;
    if (this.#isEnded) return;
    this.#port.pump();
    this.#endWhenDone();
  };

  /** What follows on each event. `StatusPublished` and `CloseTransport` are for others to act on. */
  readonly #reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.OpenTransport]: () => this.#opening(),
    [Event.Connected]: () => this.#accepted(),
    [Event.Refused]: () => this.#refused(),
    [Event.Closed]: () => this.#closed(),
    [Event.Message]: () => this.#incoming.take(),
    [Event.MessageAborted]: () => this.#aborted(),
    [Event.MessageTooLarge]: () => this.#tell("tooLarge", { topic: "", total: this.#field("eventTotal") }),
    [Event.Published]: () => this.#settled(0),
    [Event.HandedOver]: () => this.#settled(0),
    [Event.Dropped]: () => this.#settled(this.#field("eventCode") as DropReason),
    [Event.Subscribed]: () =>
      this.#subscriptions.subscribed(this.#field("eventFilter"), this.#field("eventCode")),
    [Event.Unsubscribed]: () => this.#subscriptions.unsubscribed(this.#field("eventFilter")),
    [Event.SecondDevice]: () => this.#tell("secondDevice"),
    [Event.PartWanted]: () =>
      this.#outgoing.supply(this.#field("eventTicket"), this.#field("eventPayloadLength")),
  };

  #opening(): void {
    if (this.#hasDialled) this.#tell("reconnect");
    this.#hasDialled = true;
  }

  #accepted(): void {
    this.#wasConnected = true;
    const session = SESSION_STORIES[this.#field("eventCode")] ?? "fresh";
    const sessionPresent = this.#field("eventFlag") === 1;
    this.#outgoing.handOver();
    this.#tell("connect", { sessionPresent, session });
    if (session === "lost") this.#tell("sessionLost");
  }

  #refused(): void {
    const returnCode = this.#field("eventCode");
    this.#refusal = new MqttError(refusalName(returnCode), refusalSentence(returnCode), returnCode);
  }

  #closed(): void {
    const reason = this.#field("eventCode") as CloseReason;
    // The client discards what the broker kept for an earlier life of it, or falls back, before it really connects.
    const isOwnSake = reason === CloseReason.SessionCleared || reason === CloseReason.OlderVersion;
    if (isOwnSake || reason === CloseReason.ForeignSession) {
      this.#hasDialled = false;
      return;
    }
    const error = this.#refusal ?? this.#closeError(reason);
    const wasConnected = this.#wasConnected;
    this.#refusal = null;
    this.#wasConnected = false;
    if (error !== null && this.listenerCount("error") > 0) this.#tell("error", error);
    this.#tell("close");
    if (wasConnected) this.#tell("offline");
    if (this.#ending !== null) this.#finish();
  }

  #closeError(reason: CloseReason): MqttError | null {
    if (reason === CloseReason.Goodbye) return null;
    const { lastError } = this.#port;
    if (lastError === null) return new MqttError(closeName(reason), closeSentence(reason));
    const code = lastError.kind === "tls" ? lastError.reason : lastError.kind;
    return new MqttError(code, lastError.message);
  }

  #aborted(): void {
    this.#incoming.abort();
    this.#tell("partsAborted");
  }

  #settled(reason: DropReason | 0): void {
    this.#outgoing.settle(this.#field("eventTicket"), reason);
    this.#outgoing.handOver();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#ending !== null && this.#outgoing.unsettled === 0) this.#sayGoodbye();
  }

  #sayGoodbye(): void {
    if (this.#isEnded) return;
    this.#core.exports.disconnect(this.#block, GOODBYE_MS, clientMs(this.#clock));
    this.#port.pump();
  }

  #finish(): void {
    if (this.#isEnded) return;
    const wasOpen = this.#wasConnected;
    this.#isEnded = true;
    this.#ending?.limit?.cancel();
    this.#port.stop();
    this.#core.free(this.#block, this.#blockBytes);
    this.#outgoing.rejectAll(ended());
    this.#subscriptions.rejectAll(ended());
    if (wasOpen) this.#tell("close");
    this.#tell("end");
    this.#ending?.done();
  }

  #field(name: Parameters<typeof clientField>[2]): number {
    return clientField(this.#core, this.#block, name);
  }

  /** A listener that throws is its program's error, and must not stop the client half-way. */
  #tell<Name extends keyof ClientEvents>(name: Name, ...args: ClientEvents[Name]): void {
    try {
      (this as EventEmitter).emit(name, ...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function ended(): MqttError {
  return new MqttError("client-ended", "the client was ended");
}

function statusError(status: number): MqttError {
  return new MqttError(statusName(status), statusSentence(status));
}
