// Owns the client for Node programs: one connection's life and its events, over a block and a port. Knows neither URLs nor
// what carries the bytes.

import { EventEmitter } from "node:events";
import { clientField } from "../device/block.ts";
import { type Core, capacityList } from "../device/core.ts";
import { CloseReason, Event, Phase, SessionOutcome, Status } from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import { applySettings, SettingRefused } from "./block-settings.ts";
import { MqttError, OptionError } from "./errors.ts";
import { Incoming, type ReceivedPacket, type ReceivedPart, type Undelivered } from "./incoming.ts";
import type { QoS } from "./options.ts";
import { type Dropped, type OnOutcome, Outgoing, type PublishResult } from "./outgoing.ts";
import type { ClientSettings } from "./settings.ts";
import { type Grant, readAnswer, Subscriptions } from "./subscriptions.ts";
import {
  closeName,
  closeSentence,
  refusalName,
  refusalSentence,
  statusName,
  statusSentence,
} from "./words.ts";

/** What became of the session: a new one, the old one, a new one in place of one that the broker forgot, or a new one after what the broker kept for an earlier life of this client was discarded. */
export type SessionStory = "fresh" | "resumed" | "lost" | "cleared";

export interface ClientEvents {
  /** The broker accepted. */
  connect: [{ readonly sessionPresent: boolean; readonly session: SessionStory }];
  message: [topic: string, payload: Buffer, packet: ReceivedPacket];
  /** With `streamLargeMessages`: bytes of a message larger than the receive buffer. */
  part: [part: ReceivedPart];
  /** The rest of a message that came in parts will not come; a redelivery begins again at offset 0. */
  partsAborted: [];
  /** A message was larger than `maximumMessageBytes`, or its topic than the receive buffer: acknowledged, not delivered. */
  tooLarge: [message: Undelivered];
  /** A message that `publish` accepted ended unpublished. Its promise is rejected too. */
  dropped: [message: Dropped];
  /** The broker has forgotten the session. Subscriptions are made again by the client itself. */
  sessionLost: [];
  /** A filter that was granted before was refused in a new session. */
  subscriptionRefused: [filter: string];
  /** The broker keeps accepting and then closing: another device may be using this client id. */
  secondDevice: [];
  /** A connection is tried again. */
  reconnect: [];
  /** Why a connection failed or ended. Said only to who listens: a lost link is a normal state. */
  error: [error: MqttError];
  close: [];
  /** The connection was accepted before it closed. */
  offline: [];
  /** `end` is done; nothing follows. */
  end: [];
}

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
    this.#blockBytes = core.exports.blockBytes(...capacityList(capacities));
    this.#block = createBlock(core, settings, this.#blockBytes);
    const shared = { core, block: this.#block };
    this.#outgoing = new Outgoing({
      ...shared,
      limits: { messages: settings.maxQueuedMessages, bytes: settings.maxQueuedBytes },
      outboxBytes: capacities.outboxBytes,
      entryCount: clientField(core, this.#block, "entryCapacity"),
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
    const onEvent = (event: Event): void => this.#onEvent(event);
    this.#port = new Port({ core, client: this.#block, firmware, dialer, clock, random, onEvent });
    this.reconnect();
  }

  get connected(): boolean {
    return !this.#isEnded && clientField(this.#core, this.#block, "phase") === Phase.Connected;
  }

  /** Connects again after a connection that ended with `reconnectPeriod` 0. Does nothing while one is there or under way. */
  reconnect(): void {
    if (this.#isEnded || this.#ending !== null) return;
    const status = this.#core.exports.connect(this.#block, clientMs(this.#clock));
    if (status < 0 && status !== Status.WrongPhase) throw new OptionError(statusSentence(status));
    this.#pumpSoon();
  }

  /**
   * Resolves at the final acknowledgement; at QoS 0 when the last byte was handed over. Rejects with an `MqttError` whose
   * `code` says why the message was refused or dropped. Messages wait, in order, while the outbox is full.
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions = {}): Promise<PublishResult> {
    const { qos = 0, retain = false } = options;
    if (this.#isOver) return Promise.reject(ended());
    if (qos !== 0 && qos !== 1 && qos !== 2) return Promise.reject(statusError(Status.QosRange));
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
  async subscribe(
    filters: string | readonly string[] | Readonly<Record<string, QoS | { readonly qos: QoS }>>,
    { qos = 0 }: { readonly qos?: QoS } = {},
  ): Promise<readonly Grant[]> {
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

  #onEvent(event: Event): void {
    switch (event) {
      case Event.OpenTransport:
        return this.#opening();
      case Event.Connected:
        return this.#accepted();
      case Event.Refused:
        return this.#refused();
      case Event.Closed:
        return this.#closed();
      case Event.Message:
        return this.#incoming.take();
      case Event.MessageAborted:
        this.#incoming.abort();
        return this.#tell("partsAborted");
      case Event.MessageTooLarge:
        return this.#tell("tooLarge", { topic: "", total: this.#field("eventTotal") });
      case Event.Published:
      case Event.HandedOver:
        return this.#settled(0);
      case Event.Dropped:
        return this.#settled(this.#field("eventCode"));
      case Event.PartWanted:
        return this.#outgoing.supply(this.#field("eventTicket"), this.#field("eventPayloadLength"));
      case Event.Subscribed: {
        const { handle, code } = readAnswer(this.#core, this.#block);
        return this.#subscriptions.subscribed(handle, code);
      }
      case Event.Unsubscribed:
        return this.#subscriptions.unsubscribed(readAnswer(this.#core, this.#block).handle);
      case Event.SecondDevice:
        return this.#tell("secondDevice");
    }
  }

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
    // The client discards what the broker kept for an earlier life of it before it really connects.
    if (reason === CloseReason.SessionCleared || reason === CloseReason.ForeignSession) {
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

  #settled(reason: number): void {
    this.#outgoing.settle(this.#field("eventTicket"), reason as 0);
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

/** A block with the settings in it. Throws an `OptionError`, and then has freed it. */
function createBlock(core: Core, settings: ClientSettings, bytes: number): number {
  if (bytes < 0) throw new OptionError(`capacities: ${statusSentence(bytes)}`);
  const block = core.allocate(bytes);
  try {
    core.exports.init(block, ...capacityList(settings.capacities));
    core.exports.setTakesParts(block, 1);
    applySettings(core, block, settings.block);
    return block;
  } catch (error) {
    core.free(block, bytes);
    if (!(error instanceof SettingRefused)) throw error;
    throw new OptionError(`the ${error.setting} cannot be used: ${statusSentence(error.status)}`);
  }
}

function wantedFilters(
  filters: string | readonly string[] | Readonly<Record<string, QoS | { readonly qos: QoS }>>,
  qos: QoS,
): ReadonlyMap<string, QoS> {
  if (typeof filters === "string") return new Map([[filters, qos]]);
  if (isList(filters)) return new Map(filters.map((filter) => [filter, qos]));
  const entries = Object.entries(filters);
  return new Map(entries.map(([filter, own]) => [filter, typeof own === "number" ? own : own.qos]));
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function ended(): MqttError {
  return new MqttError("client-ended", "the client was ended");
}

function statusError(status: number): MqttError {
  return new MqttError(statusName(status), statusSentence(status));
}
