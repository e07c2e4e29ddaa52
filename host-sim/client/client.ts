// Owns the client for Node programs: one connection's life and its events, over a block and a port. Knows neither URLs nor
// what carries the bytes.

import { EventEmitter } from "node:events";
import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { type DropReason, Event, Packet, Phase, SessionOutcome, Status } from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import type { ProtocolVersion } from "./block-settings.ts";
import { createBlock } from "./create-block.ts";
import { Endings, endingError } from "./ending.ts";
import { MqttError, OptionError } from "./errors.ts";
import type { ClientEvents, SessionStory } from "./events.ts";
import { sessionExpiryOf } from "./five-settings.ts";
import { Incoming } from "./incoming.ts";
import { type Leaving, type LeavingOptions, leavingOf } from "./leaving.ts";
import {
  messageProperties,
  NO_PROPERTIES,
  type PlainMessage,
  type PublishOptions,
} from "./message-properties.ts";
import type { QoS } from "./options.ts";
import { type OnOutcome, Outgoing, type PublishResult } from "./outgoing.ts";
import { PreparedProperties } from "./prepared-properties.ts";
import { eventProperties } from "./properties/decode.ts";
import { encodeProperties } from "./properties/encode.ts";
import type { PacketType, Properties } from "./properties/table.ts";
import { requestPartsOf } from "./request-properties.ts";
import type { ClientSettings } from "./settings.ts";
import {
  type Filters,
  type Grant,
  type SubscribeOptions,
  Subscriptions,
  wantedFilters,
} from "./subscriptions.ts";
import { statusName, statusSentence } from "./words.ts";

export interface ClientParts {
  readonly core: Core;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly settings: ClientSettings;
}

/** How long `end` waits for what is in flight, and for its DISCONNECT to leave. */
const END_WAIT_MS = 10_000;
const GOODBYE_MS = 2000;
const PLAIN_GOODBYE: Leaving = { reasonCode: 0, bytes: new Uint8Array() };
const FIVE = 5;

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
  readonly #endings: Endings;
  readonly #prepared: PreparedProperties;
  readonly #settings: ClientSettings;
  #isPumpDue = false;
  #isEnded = false;
  #ending: { readonly promise: Promise<void>; readonly done: () => void; limit: Timer | null } | null = null;
  #leaving: Leaving | null = null;
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
    this.#settings = settings;
    this.#endings = new Endings(core, address);
    this.#prepared = new PreparedProperties(core, address);
    const shared = { core, block: this.#block };
    this.#outgoing = new Outgoing({
      ...shared,
      limits: { messages: settings.maxQueuedMessages, bytes: settings.maxQueuedBytes },
      outboxBytes: capacities.outboxBytes,
      entryCount: clientField(core, this.#block, "entryCapacity"),
      texts: capacities.texts,
      queueQoSZero: settings.queueQoSZero,
      clock,
      onDropped: (dropped) => this.#tell("dropped", dropped),
      onRejected: (rejected) => this.#tell("rejected", rejected),
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
      hasOptions: this.#speaksFive,
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
    const { qos = 0, retain = false, mayLower = false, properties } = options;
    if (this.#isOver) return Promise.reject(ended());
    if ((qos !== 0 && qos !== 1 && qos !== 2) || qos > this.#settings.highestQos)
      return Promise.reject(statusError(Status.QosRange));
    const message = { topic, payload, qos, retain, mayLower };
    if (properties !== undefined) return this.#publishWith(message, properties);
    this.#pumpSoon();
    return this.#outgoing.publish({ ...message, ...NO_PROPERTIES });
  }

  async #publishWith(message: PlainMessage, properties: Properties): Promise<PublishResult> {
    this.#checkVersion(properties);
    const encoded = messageProperties(this.#core, properties);
    this.#pumpSoon();
    return this.#outgoing.publish({ ...message, ...encoded });
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
    if (qos > this.#settings.highestQos) return Status.QosRange;
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

  /** Resolves with what the broker granted: the QoS for each filter, or from 128 on why it refused. */
  async subscribe(filters: Filters, options: SubscribeOptions = {}): Promise<readonly Grant[]> {
    if (this.#isOver) throw ended();
    const { properties = {}, ...shared } = options;
    this.#checkVersion(properties);
    const request = requestPartsOf(this.#core, Packet.Subscribe, properties);
    const grants = this.#subscriptions.subscribe(wantedFilters(filters, shared, request));
    this.#pumpSoon();
    return grants;
  }

  async unsubscribe(
    filters: string | readonly string[],
    { properties = {} }: Pick<SubscribeOptions, "properties"> = {},
  ): Promise<void> {
    if (this.#isOver) throw ended();
    this.#checkVersion(properties);
    const request = requestPartsOf(this.#core, Packet.Unsubscribe, properties);
    const list = typeof filters === "string" ? [filters] : filters;
    const done = this.#subscriptions.unsubscribe(list, request);
    this.#pumpSoon();
    return done;
  }

  /**
   * The next step of an authentication in MQTT 5: the answer to `auth` with reason code 24, or while connected the beginning of
   * another one. The method is CONNECT's. Throws an `MqttError` when it is not this client's turn.
   */
  authenticate(properties: Properties = {}): void {
    if (this.#isOver) throw ended();
    const { authenticationMethod } = this.#settings.block.properties;
    const bytes = this.#encoded(Packet.Auth, {
      ...(authenticationMethod !== undefined && { authenticationMethod }),
      ...properties,
    });
    const status = this.#prepared.use(Packet.Auth, bytes, (text) =>
      this.#core.exports.authenticate(this.#block, text),
    );
    if (status < 0) throw statusError(status);
    this.#pumpSoon();
  }

  /**
   * Ends the client: waits for what is in flight, though not for ever, and says DISCONNECT. Without a connection, or forced,
   * it ends at once; forced it says no DISCONNECT, so that a will fires. What was not acknowledged rejects as `client-ended`.
   * Throws an `OptionError` for what DISCONNECT cannot say, and has then done nothing.
   */
  end(force = false, options: LeavingOptions = {}): Promise<void> {
    this.#leaving ??= this.#leavingOf(options);
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

  get #speaksFive(): boolean {
    return this.#settings.block.version === FIVE;
  }

  /** Properties that go nowhere must not pass in silence. */
  #checkVersion(properties: Properties): void {
    if (!this.#speaksFive && Object.keys(properties).length > 0)
      throw new OptionError("properties need protocolVersion 5");
  }

  #encoded(type: PacketType, properties: Properties): Buffer {
    this.#checkVersion(properties);
    return encodeProperties(this.#core, type, properties);
  }

  #leavingOf(options: LeavingOptions): Leaving {
    const { clean, properties } = this.#settings.block;
    this.#checkVersion(options.properties ?? {});
    return leavingOf(this.#core, options, sessionExpiryOf(clean, properties));
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

  /** What follows on each event. `StatusPublished` is for others to act on. */
  readonly #reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.OpenTransport]: () => this.#opening(),
    [Event.Connected]: () => this.#accepted(),
    [Event.Refused]: () => this.#endings.refused(),
    [Event.CloseTransport]: () => this.#closing(),
    [Event.Closed]: () => this.#closed(),
    [Event.Authenticate]: () =>
      this.#tell("auth", { reasonCode: this.#field("eventCode"), properties: this.#properties() }),
    [Event.Message]: () => this.#incoming.take(),
    [Event.MessageAborted]: () => this.#aborted(),
    [Event.MessageTooLarge]: () => this.#tell("tooLarge", { topic: "", total: this.#field("eventTotal") }),
    [Event.Published]: () => this.#settled("published", this.#field("eventCode")),
    [Event.HandedOver]: () => this.#settled("published", 0),
    [Event.Dropped]: () => this.#settled("dropped", this.#field("eventCode") as DropReason),
    [Event.Rejected]: () => this.#settled("rejected", this.#field("eventCode")),
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
    const properties = this.#properties();
    const protocolVersion = this.#field("version") as ProtocolVersion;
    this.#outgoing.handOver();
    this.#tell("connect", { sessionPresent, session, protocolVersion, properties });
    if (session === "lost") this.#tell("sessionLost");
  }

  #closing(): void {
    const said = this.#endings.closing();
    if (said === null) return;
    this.#tell("disconnect", { reasonCode: said.reasonCode, properties: said.properties ?? {} });
  }

  #closed(): void {
    const ending = this.#endings.closed();
    if (ending === null) {
      this.#hasDialled = false;
      return;
    }
    const error = endingError(ending, this.#port.lastError);
    const wasConnected = this.#wasConnected;
    this.#wasConnected = false;
    if (error !== null && this.listenerCount("error") > 0) this.#tell("error", error);
    this.#tell("close");
    if (wasConnected) this.#tell("offline");
    if (this.#ending !== null) this.#finish();
  }

  #aborted(): void {
    this.#incoming.abort();
    this.#tell("partsAborted");
  }

  #settled<How extends "published" | "dropped" | "rejected">(
    how: How,
    code: Parameters<Outgoing[How]>[1],
  ): void {
    this.#outgoing[how](this.#field("eventTicket"), code as DropReason);
    this.#outgoing.handOver();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#ending !== null && this.#outgoing.unsettled === 0) this.#sayGoodbye();
  }

  #sayGoodbye(): void {
    if (this.#isEnded) return;
    const { exports } = this.#core;
    const nowMs = clientMs(this.#clock);
    const { reasonCode, bytes } = this.#leaving ?? PLAIN_GOODBYE;
    const status = this.#prepared.use(Packet.Disconnect, bytes, (text) =>
      exports.disconnectWith(this.#block, reasonCode, text, GOODBYE_MS, nowMs),
    );
    // There is no connection that it could be said on.
    if (status < 0) exports.disconnect(this.#block, GOODBYE_MS, nowMs);
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

  #properties(): Properties {
    return eventProperties(this.#core, this.#block) ?? {};
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
