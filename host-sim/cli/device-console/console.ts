// Owns the client behind `device --stdio`: each request is one call, each event one line. What the client refuses is told
// and leaves everything as it was. Knows no streams of text.
import { applySettings, type SettingTexts } from "../../client/block-settings.ts";
import { phaseName, statusName } from "../../client/words.ts";
import { type ClientField, clientField } from "../../device/block.ts";
import { type Capacities, type Core, capacityList } from "../../device/core.ts";
import { Option, Phase, Status } from "../../device/layout.generated.ts";
import { clientMs, Port } from "../../device/port.ts";
import type { Dialer } from "../../net/stream.ts";
import type { RandomStream } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import type { Answer, Say } from "./answers.ts";
import { attempt } from "./attempt.ts";
import { blockSettingsOf, dialerOf } from "./connecting.ts";
import { Reports } from "./reports.ts";
import {
  type ConnectRequest,
  type PublishRequest,
  payloadOf,
  type Request,
  readLine,
  type SubscribeRequest,
  type Tag,
  type UnsubscribeRequest,
} from "./request.ts";

/** Roomy for what is sent; received messages of more than 4 KiB come in parts, as they would on a device. */
const CAPACITIES: Capacities = {
  receiveBytes: 4096,
  outboxBytes: 65_535,
  entries: 4096,
  window: 1024,
  inboundIds: 32,
  texts: 255,
  textBytes: 65_535,
  filters: 200,
};

const GOODBYE_MS = 2000;
/** The entries that no message of the outbox ever has: the lists' sentinel and the status message's own. */
const RESERVED_ENTRIES = 2;
const MOST_TOPIC_BYTES = 65_535;

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
  readonly #blockBytes: number;
  readonly #port: Port;
  readonly #reports: Reports;
  #dialer: Dialer | null = null;
  #texts: SettingTexts | null = null;
  /** Whose session the block holds; null before the first `connect`. */
  #clientId: string | null = null;

  constructor({ core, clock, random, say }: ConsoleParts) {
    this.#core = core;
    this.#clock = clock;
    this.#say = say;
    this.#blockBytes = core.exports.blockBytes(...capacityList(CAPACITIES));
    const block = core.allocate(this.#blockBytes);
    this.#block = block;
    this.#initialise();
    this.#reports = new Reports({ core, block, say, lastError: () => this.#port.lastError });
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
      onEvent: (event) => this.#reports.on(event),
    });
  }

  /** A line of input. */
  handle(line: Uint8Array): void {
    const read = readLine(line);
    if (read.kind === "refused") {
      this.#refuse(read.why, read.tag);
      return;
    }
    this.#act(read.request, read.tag);
    this.#port.pump();
  }

  /** DISCONNECT, where there is a connection. Resolves when nothing is open any more. */
  async end(): Promise<void> {
    if (this.#field("phase") !== Phase.Idle) {
      const idle = new Promise<void>((resolve) => {
        this.#reports.onIdle = resolve;
      });
      this.#core.exports.disconnect(this.#block, GOODBYE_MS, clientMs(this.#clock));
      this.#port.pump();
      await idle;
    }
    this.#port.stop();
  }

  #act(request: Request, tag: Tag): void {
    switch (request.op) {
      case "connect":
        this.#connect(request, tag);
        break;
      case "publish":
        this.#publish(request, tag);
        break;
      case "subscribe":
      case "unsubscribe":
        this.#ask(request, tag);
        break;
      case "disconnect":
        this.#disconnect(tag);
        break;
      case "cut":
        this.#cut(tag);
        break;
      case "state":
        this.#say(this.#state(), tag);
    }
  }

  #connect(request: ConnectRequest, tag: Tag): void {
    if (this.#field("phase") !== Phase.Idle) {
      this.#refuse(statusName(Status.WrongPhase), tag);
      return;
    }
    const dialer = dialerOf(request);
    if (typeof dialer === "string") {
      this.#refuse(dialer, tag);
      return;
    }
    // Another client id is another client: it knows nothing of this one's session.
    const isFresh = request.fresh || (this.#clientId !== null && this.#clientId !== request.clientId);
    let texts = this.#texts;
    const status = attempt(this.#core, this.#block, this.#blockBytes, () => {
      if (isFresh) this.#initialise();
      texts = applySettings(this.#core, this.#block, blockSettingsOf(request), isFresh ? null : texts);
      return this.#core.exports.connect(this.#block, clientMs(this.#clock));
    });
    if (status < 0) {
      this.#refuse(statusName(status), tag);
      return;
    }
    if (isFresh) this.#reports.forget();
    this.#texts = texts;
    this.#dialer = dialer;
    this.#clientId = request.clientId;
    this.#reports.connecting = { tag };
  }

  #publish(request: PublishRequest, tag: Tag): void {
    const core = this.#core;
    const topic = Buffer.from(request.topic);
    const payload = payloadOf(request);
    const options = request.qos | (request.retain ? Option.Retain : 0);
    if (topic.length > MOST_TOPIC_BYTES) {
      this.#refuse(statusName(Status.TopicTooLarge), tag);
      return;
    }
    core.put(core.inbox, topic);
    // What does not fit the outbox even when it is empty is asked for in parts while it is sent.
    const isInParts = 2 + topic.length + payload.length > CAPACITIES.outboxBytes;
    const payloadAt = core.inbox + topic.length;
    if (!isInParts) core.put(payloadAt, payload);
    const ticket = isInParts
      ? core.exports.publishParts(this.#block, 0, core.inbox, topic.length, payload.length, options)
      : core.exports.publishTo(this.#block, core.inbox, topic.length, payloadAt, payload.length, options);
    if (ticket < 0) this.#refuse(statusName(ticket), tag);
    else this.#reports.pending.publishing(ticket, { tag, payload: isInParts ? payload : null });
  }

  /** All filters or none. */
  #ask(request: SubscribeRequest | UnsubscribeRequest, tag: Tag): void {
    const handles: number[] = [];
    const status = attempt(this.#core, this.#block, this.#blockBytes, () => {
      for (const call of this.#calls(request)) {
        const handle = call();
        if (handle < 0) return handle;
        if (this.#reports.pending.isAsking(handle)) return Status.RequestPending;
        handles.push(handle);
      }
      return Status.Ok;
    });
    if (status < 0) this.#refuse(statusName(status), tag);
    else this.#reports.pending.asking(request.op, handles, tag);
  }

  #calls(request: SubscribeRequest | UnsubscribeRequest): readonly (() => number)[] {
    const { exports } = this.#core;
    const put = (filter: string, call: (at: number, length: number) => number) => () => {
      const bytes = Buffer.from(filter);
      if (bytes.length > MOST_TOPIC_BYTES) return Status.TopicTooLarge;
      return call(this.#core.inbox, this.#core.put(this.#core.inbox, bytes));
    };
    return request.op === "subscribe"
      ? request.filters.map(({ filter, qos }) =>
          put(filter, (at, length) => exports.subscribe(this.#block, at, length, qos)),
        )
      : request.filters.map((filter) =>
          put(filter, (at, length) => exports.unsubscribe(this.#block, at, length)),
        );
  }

  #disconnect(tag: Tag): void {
    const status = this.#core.exports.disconnect(this.#block, GOODBYE_MS, clientMs(this.#clock));
    if (status < 0) this.#refuse(statusName(status), tag);
    else this.#reports.closing = { tag };
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

  #initialise(): void {
    this.#core.exports.init(this.#block, ...capacityList(CAPACITIES));
    this.#core.exports.setTakesParts(this.#block, 1);
  }

  #refuse(why: string, tag: Tag): void {
    this.#say({ ev: "refused", why }, tag);
  }

  #field(name: ClientField): number {
    return clientField(this.#core, this.#block, name);
  }
}
