// Owns the client behind `device --stdio`: each request is one call, each event one line. What the client refuses is told
// and leaves everything as it was. Knows no streams of text.
import { applySettings, type SettingTexts } from "../../client/block-settings.ts";
import { OptionError } from "../../client/errors.ts";
import { inboundIdsFor } from "../../client/five-settings.ts";
import { eventProperties } from "../../client/properties/decode.ts";
import { aliasRoom } from "../../client/settings.ts";
import { TopicCache } from "../../client/topic-cache.ts";
import { phaseName, statusName } from "../../client/words.ts";
import { type ClientField, clientField } from "../../device/block.ts";
import { type Capacities, type Core, capacityList } from "../../device/core.ts";
import { Event, Phase, Status } from "../../device/layout.generated.ts";
import { clientMs, Port } from "../../device/port.ts";
import type { Dialer } from "../../net/stream.ts";
import type { RandomStream } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import type { Answer, Say } from "./answers.ts";
import { Asking } from "./asking.ts";
import { attempt } from "./attempt.ts";
import { blockSettingsOf, dialerOf } from "./connecting.ts";
import { propertiesFrom } from "./json-properties.ts";
import { offer } from "./publishing.ts";
import { Reports } from "./reports.ts";
import { type ConnectRequest, type PublishRequest, type Request, readLine, type Tag } from "./request.ts";
import { Talking } from "./talking.ts";
import { versionFault } from "./versions.ts";

/** Roomy for what is sent; received messages of more than 4 KiB come in parts, as they would on a device. */
const CAPACITIES: Capacities = {
  receiveBytes: 4096,
  outboxBytes: 65_535,
  entries: 4096,
  window: 1024,
  inboundIds: 32,
  texts: 255,
  textBytes: 65_535,
  filters: 160,
};
/** As many as a client can have; the block is as large from the start, and has as many as CONNECT announces. */
const MOST_INBOUND_IDS = 65_000;

const FIVE = 5;
/** The entries that no message of the outbox ever has: the lists' sentinel and the status message's own. */
const RESERVED_ENTRIES = 2;

export interface ConsoleParts {
  readonly core: Core;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly say: Say;
}

export class DeviceConsole {
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #say: Say;
  readonly #block: number;
  readonly #port: Port;
  readonly #reports: Reports;
  readonly #asking: Asking;
  readonly #talking: Talking;
  #capacities: Capacities = CAPACITIES;
  #topics: TopicCache;
  #dialer: Dialer | null = null;
  #texts: SettingTexts | null = null;
  /** Whose session the block holds; null before the first `connect`. */
  #clientId: string | null = null;
  /** Of the last `connect`. */
  #request: ConnectRequest | null = null;

  constructor({ core, clock, random, say }: ConsoleParts) {
    this.#core = core;
    this.#clock = clock;
    this.#say = say;
    const largest = { ...CAPACITIES, inboundIds: MOST_INBOUND_IDS };
    const block = core.allocate(core.exports.blockBytes(...capacityList(largest)));
    this.#block = block;
    this.#topics = this.#initialise(CAPACITIES);
    this.#reports = new Reports({ core, block, say, lastError: () => this.#port.lastError });
    this.#talking = new Talking(core, block);
    this.#asking = new Asking({
      core,
      block,
      blockBytes: () => this.#blockBytes,
      pending: this.#reports.pending,
      hasOptions: () => this.#request?.version === FIVE,
      refuse: (why, tag) => this.#refuse(why, tag),
    });
    this.#reports.onAnswered = () => this.#asking.advance();
    this.#port = new Port({
      core,
      client: block,
      firmware: {
        poll: (nowMs) => core.exports.poll(block, nowMs),
        deadlineMs: (nowMs) => core.exports.deadlineMs(block, nowMs),
      },
      dialer: { dial: (handlers) => (this.#dialer as Dialer).dial(handlers) },
      clock,
      random,
      onEvent: (event) => {
        this.#reports.on(event);
        if (event === Event.Connected) this.#adoptClientId();
      },
    });
  }

  /** A line of input. */
  handle(line: Uint8Array): void {
    const read = readLine(line);
    if (read.kind === "refused") {
      this.#refuse(read.why, read.tag);
      return;
    }
    try {
      this.#act(read.request, read.tag);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      this.#refuse(error.message, read.tag);
    }
    this.#port.pump();
  }

  /** DISCONNECT, where there is a connection. Resolves when nothing is open any more. */
  async end(): Promise<void> {
    if (this.#field("phase") !== Phase.Idle) {
      const idle = new Promise<void>((resolve) => {
        this.#reports.onIdle = resolve;
      });
      this.#talking.goodbye(clientMs(this.#clock));
      this.#port.pump();
      await idle;
    }
    this.#port.stop();
  }

  #act(request: Request, tag: Tag): void {
    const fault = versionFault(request, this.#request?.version ?? null);
    if (fault !== null) {
      this.#refuse(fault, tag);
      return;
    }
    switch (request.op) {
      case "connect":
        this.#connect(request, tag);
        break;
      case "publish":
        this.#publish(request, tag);
        break;
      case "subscribe":
      case "unsubscribe":
        this.#asking.ask(request, tag);
        break;
      case "auth":
        this.#accept(this.#talking.authenticate(request, this.#request), tag);
        break;
      case "disconnect":
        if (this.#accept(this.#talking.leave(request, this.#request, clientMs(this.#clock)), tag))
          this.#reports.closing = { tag };
        break;
      case "cut":
        this.#cut(tag);
        break;
      case "state":
        this.#say(this.#state(), tag);
    }
  }

  /** True, unless the status is a refusal, which is told. */
  #accept(status: number, tag: Tag): boolean {
    if (status < 0) this.#refuse(statusName(status), tag);
    return status >= 0;
  }

  #connect(request: ConnectRequest, tag: Tag): void {
    if (!this.#accept(this.#field("phase") === Phase.Idle ? Status.Ok : Status.WrongPhase, tag)) return;
    const dialer = dialerOf(request);
    if (typeof dialer === "string") {
      this.#refuse(dialer, tag);
      return;
    }
    // Another client id is another client: it knows nothing of this one's session.
    const isOther = this.#clientId !== null && this.#clientId !== request.clientId;
    const capacities = this.#capacitiesFor(request, isOther);
    const isFresh = request.fresh || isOther || capacities !== this.#capacities;
    let texts = this.#texts;
    let topics = this.#topics;
    const status = attempt(this.#core, this.#block, this.#blockBytes, () => {
      if (isFresh) topics = this.#initialise(capacities);
      const settings = blockSettingsOf(request, aliasRoom(CAPACITIES));
      texts = applySettings(this.#core, this.#block, settings, isFresh ? null : texts);
      return this.#core.exports.connect(this.#block, clientMs(this.#clock));
    });
    if (!this.#accept(status, tag)) return;
    if (isFresh) this.#forget(capacities);
    this.#topics = topics;
    this.#texts = texts;
    this.#dialer = dialer;
    this.#clientId = request.clientId;
    this.#request = request;
    this.#reports.connecting = { tag, version: request.version };
  }

  /** Those with the Receive Maximum that is asked for, which holds for the life of a client. Throws an `OptionError`. */
  #capacitiesFor(request: ConnectRequest, isOther: boolean): Capacities {
    const before = this.#capacities;
    const inboundIds = inboundIdsFor(propertiesFrom(request.properties)) ?? before.inboundIds;
    if (inboundIds === before.inboundIds) return before;
    const isEmpty = this.#reports.pending.isEmpty && this.#reports.subscriptions === 0;
    const hasNothing = isEmpty && (request.clean || this.#clientId === null);
    if (hasNothing || isOther || request.fresh) return { ...before, inboundIds };
    throw new OptionError(
      `properties.receiveMaximum stays ${before.inboundIds} while messages, subscriptions or a session are kept; ` +
        `accepted: ${before.inboundIds}, or any with fresh: true`,
    );
  }

  /** The client was made anew. */
  #forget(capacities: Capacities): void {
    this.#capacities = capacities;
    this.#talking.forget();
    this.#reports.forget(this.#asking.forget());
  }

  /** The client id that the broker has assigned is this client's: whoever connects with it goes on with its session. */
  #adoptClientId(): void {
    const handle = this.#field("clientId");
    if (this.#texts === null || handle === this.#texts.clientId.handle) return;
    const { clientId, others } = this.#texts;
    const text = assignedClientId(this.#core, this.#block) ?? clientId.text;
    this.#texts = { clientId: { text, handle }, others: [...others, clientId.handle] };
    this.#clientId = text;
  }

  #publish(request: PublishRequest, tag: Tag): void {
    const nowMs = clientMs(this.#clock);
    const { outboxBytes } = CAPACITIES;
    const { ticket, payload } = offer(this.#core, this.#block, this.#topics, outboxBytes, request, nowMs);
    if (this.#accept(ticket, tag)) this.#reports.pending.publishing(ticket, { tag, payload });
  }

  #cut(tag: Tag): void {
    if (!this.#port.hasTransport) {
      this.#refuse(statusName(Status.WrongPhase), tag);
      return;
    }
    this.#reports.closing = { tag };
    this.#port.cut();
  }

  #state(): Answer {
    return {
      ev: "state",
      phase: phaseName(this.#field("phase")),
      inflight: this.#field("inflight"),
      outbox: this.#field("entryCapacity") - RESERVED_ENTRIES - this.#field("freeCount"),
      subscriptions: this.#reports.subscriptions,
      blockBytes: this.#blockBytes,
    };
  }

  get #blockBytes(): number {
    return this.#core.exports.blockBytes(...capacityList(this.#capacities));
  }

  /** Answers the topics of the new client, which are none. */
  #initialise(capacities: Capacities): TopicCache {
    const core = this.#core;
    core.exports.init(this.#block, ...capacityList(capacities));
    core.exports.setTakesParts(this.#block, 1);
    return new TopicCache(core, this.#block, capacities.texts);
  }

  #refuse(why: string, tag: Tag): void {
    this.#say({ ev: "refused", why }, tag);
  }

  #field(name: ClientField): number {
    return clientField(this.#core, this.#block, name);
  }
}

/** Event.Connected holds. */
function assignedClientId(core: Core, block: number): string | undefined {
  return eventProperties(core, block)?.assignedClientIdentifier;
}
