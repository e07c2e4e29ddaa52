// Owns what a program can ask of the client, and whether it may at that moment. Knows neither URLs nor what carries the bytes, and
// leaves to its parts what becomes of each request.

import { EventEmitter } from "node:events";
import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { type Event, Packet, Phase, Status } from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import { ConnectionStory } from "./connection-story.ts";
import { createBlock } from "./create-block.ts";
import { Departure } from "./departure.ts";
import { MqttError } from "./errors.ts";
import type { ClientEvents } from "./events.ts";
import { authenticationWords, leavingWords, messageWords, requestWords, type Speaker } from "./five-words.ts";
import type { Leaving, LeavingOptions } from "./leaving.ts";
import { NO_PROPERTIES, type PlainMessage, type PublishOptions } from "./message-properties.ts";
import type { QoS } from "./options.ts";
import type { OnOutcome, PublishResult } from "./outgoing.ts";
import { PreparedProperties } from "./prepared-properties.ts";
import type { Properties } from "./properties/table.ts";
import type { ClientSettings } from "./settings.ts";
import { type Filters, type Grant, type SubscribeOptions, wantedFilters } from "./subscriptions.ts";
import { Traffic } from "./traffic.ts";
import { statusName, statusSentence } from "./words.ts";

export interface ClientParts {
  readonly core: Core;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly settings: ClientSettings;
}

export class MqttClient extends EventEmitter<ClientEvents> {
  /** How messages of `publishBytes` ended. A function to be set rather than an event: events make garbage. */
  onOutcome: OnOutcome = () => {};
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #block: number;
  readonly #blockBytes: number;
  readonly #port: Port;
  readonly #story: ConnectionStory;
  readonly #traffic: Traffic;
  readonly #prepared: PreparedProperties;
  readonly #speaker: Speaker;
  readonly #highestQos: number;
  #isPumpDue = false;
  /** From `end` on. */
  #departure: Departure | null = null;

  /** Throws an `OptionError` when the settings do not fit together. */
  constructor({ core, dialer, clock, random, settings }: ClientParts) {
    super();
    this.#core = core;
    this.#clock = clock;
    const { address: block, bytes } = createBlock(core, settings, clientMs(clock));
    this.#block = block;
    this.#blockBytes = bytes;
    this.#highestQos = settings.highestQos;
    this.#speaker = { core, settings: settings.block };
    this.#prepared = new PreparedProperties(core, block);
    const tell = this.#tell.bind(this);
    this.#traffic = new Traffic({
      core,
      block,
      clock,
      settings,
      tell,
      onOutcome: (ticket, reason) => this.onOutcome(ticket, reason),
      onSettled: () => this.#departure?.goWhenSettled(),
    });
    this.#story = new ConnectionStory({
      core,
      block,
      tell,
      lastError: () => this.#port.lastError,
      onAccepted: () => this.#traffic.outgoing.handOver(),
      onClosed: () => this.#departure?.finish(),
    });
    const reactions = { ...this.#traffic.reactions, ...this.#story.reactions };
    const firmware = {
      poll: (nowMs: number) => core.exports.poll(block, nowMs),
      deadlineMs: (nowMs: number) => core.exports.deadlineMs(block, nowMs),
    };
    const onEvent = (event: Event): void => reactions[event]?.();
    this.#port = new Port({ core, client: block, firmware, dialer, clock, random, onEvent });
    this.#pumpSoon();
  }

  get connected(): boolean {
    return !this.#isGone && clientField(this.#core, this.#block, "phase") === Phase.Connected;
  }

  /** Connects again after a connection that ended with `reconnectPeriod` 0. Does nothing while one is there or under way. */
  reconnect(): void {
    if (this.#isOver) return;
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
    if ((qos !== 0 && qos !== 1 && qos !== 2) || qos > this.#highestQos)
      return Promise.reject(statusError(Status.QosRange));
    const message = { topic, payload, qos, retain, mayLower };
    if (properties !== undefined) return this.#publishWith(message, properties);
    this.#pumpSoon();
    return this.#traffic.outgoing.publish({ ...message, ...NO_PROPERTIES });
  }

  async #publishWith(message: PlainMessage, properties: Properties): Promise<PublishResult> {
    const encoded = messageWords(this.#speaker, properties);
    this.#pumpSoon();
    return this.#traffic.outgoing.publish({ ...message, ...encoded });
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
    const ticket = this.#traffic.outgoing.publishBytes(topic, payload, qos, retain);
    if (ticket !== Status.OutboxFull) {
      this.#pumpSoon();
      return ticket;
    }
    this.#port.pump();
    return this.#isOver
      ? Status.WrongPhase
      : this.#traffic.outgoing.publishBytes(topic, payload, qos, retain);
  }

  /** Sends what waits now instead of at the end of the turn. */
  flush(): void {
    if (!this.#isGone) this.#port.pump();
  }

  /** Resolves with what the broker granted: the QoS for each filter, or from 128 on why it refused. */
  async subscribe(filters: Filters, options: SubscribeOptions = {}): Promise<readonly Grant[]> {
    if (this.#isOver) throw ended();
    const { properties = {}, ...shared } = options;
    const request = requestWords(this.#speaker, Packet.Subscribe, properties);
    const grants = this.#traffic.subscriptions.subscribe(wantedFilters(filters, shared, request));
    this.#pumpSoon();
    return grants;
  }

  async unsubscribe(
    filters: string | readonly string[],
    { properties = {} }: Pick<SubscribeOptions, "properties"> = {},
  ): Promise<void> {
    if (this.#isOver) throw ended();
    const request = requestWords(this.#speaker, Packet.Unsubscribe, properties);
    const list = typeof filters === "string" ? [filters] : filters;
    const done = this.#traffic.subscriptions.unsubscribe(list, request);
    this.#pumpSoon();
    return done;
  }

  /**
   * The next step of an authentication in MQTT 5: the answer to `auth` with reason code 24, or while connected the beginning of
   * another one. The method is CONNECT's. Throws an `MqttError` when it is not this client's turn.
   */
  authenticate(properties: Properties = {}): void {
    if (this.#isOver) throw ended();
    const bytes = authenticationWords(this.#speaker, properties);
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
    this.#departure ??= this.#depart(leavingWords(this.#speaker, options));
    if (force) this.#departure.finishSoon();
    else if (this.connected) this.#pumpSoon();
    return this.#departure.done;
  }

  #depart(leaving: Leaving): Departure {
    return new Departure({
      core: this.#core,
      block: this.#block,
      clock: this.#clock,
      prepared: this.#prepared,
      leaving,
      isConnected: this.connected,
      unsettled: () => this.#traffic.outgoing.unsettled,
      pump: () => this.#port.pump(),
      letGo: () => this.#letGo(),
    });
  }

  #letGo(): void {
    const wasOpen = this.#story.isOpen;
    this.#port.stop();
    this.#core.free(this.#block, this.#blockBytes);
    this.#traffic.rejectAll(ended());
    if (wasOpen) this.#tell("close");
    this.#tell("end");
  }

  get #isOver(): boolean {
    return this.#departure !== null;
  }

  get #isGone(): boolean {
    return this.#departure?.isGone === true;
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(this.#pump);
  }

  readonly #pump = (): void => {
    this.#isPumpDue = false;
    if (this.#isGone) return;
    this.#port.pump();
    this.#departure?.goWhenSettled();
  };

  /** A listener that throws is its program's error, and must not stop the client half-way. */
  #tell<Name extends keyof ClientEvents>(name: Name, ...args: ClientEvents[Name]): void {
    // Unheard it would be thrown, and a lost link is a normal state.
    if (name === "error" && this.listenerCount("error") === 0) return;
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
