// Owns a subscriber to a broker at an address: a client of its own, beside the devices and without their link, so that what
// it receives is evidence. Refuses to know what it is evidence of.

import { clientField } from "../device/block.ts";
import { type Capacities, type Core, capacityList } from "../device/core.ts";
import { readMessage, readReasonString, wordOf } from "../device/device-event.ts";
import { CloseReason, Event, Phase } from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Credentials } from "../device/sensor-device.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock } from "../time/clock.ts";
import { type Protocol, protocolLevel } from "../words/protocol.ts";
import { FIRST_FAILURE } from "../words/reason-codes.ts";
import { reasonInWords, refusalInWords } from "./refusal.ts";

/** The broker cannot be watched, so nothing about it could be judged. */
export class BrokerUnreachable extends Error {
  override readonly name = "BrokerUnreachable";
}

export type Watcher = (topic: string, payload: string, isRetained: boolean) => void;

export interface SubscriberSettings {
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly protocol: Protocol;
  readonly credentials: Credentials | null;
}

export interface SubscriberSurroundings {
  readonly core: Core;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly watcher: Watcher;
}

const EXACTLY_ONCE = 2;
const GOODBYE_MS = 500;

export class Subscriber {
  readonly #settings: SubscriberSettings;
  readonly #around: SubscriberSurroundings;
  readonly #client: number;
  readonly #port: Port;
  #granted = 0;
  /** The broker's reason string for ending the connection. */
  #said: string | null = null;
  /** Why it cannot do its work, once that is known. */
  #trouble: string | null = null;
  #onChange: () => void = () => undefined;

  constructor(settings: SubscriberSettings, around: SubscriberSurroundings) {
    const { core, dialer, clock, random } = around;
    const client = prepareBlock(settings, core);
    this.#settings = settings;
    this.#around = around;
    this.#client = client;
    this.#port = new Port({
      core,
      client,
      firmware: {
        poll: (nowMs) => core.exports.poll(client, nowMs),
        deadlineMs: (nowMs) => core.exports.deadlineMs(client, nowMs),
      },
      dialer,
      clock,
      random,
      onEvent: (event) => this.#heed(event),
    });
  }

  /** Resolves when all filters are granted; else throws `BrokerUnreachable` with the reason. */
  async open(limitMs: number): Promise<void> {
    const isGranted = (): boolean => this.#granted === this.#settings.filters.length;
    this.#connect();
    await this.#until(() => this.#trouble !== null || isGranted(), limitMs);
    if (this.#trouble === null && isGranted()) return;
    this.#port.stop();
    throw new BrokerUnreachable(this.#trouble ?? "the broker did not answer in time");
  }

  /** Ends its session at the broker too, when there is time for it: a clean connection does. */
  async close(limitMs: number): Promise<void> {
    const { core, clock } = this.#around;
    const untilMs = clock.nowMs + limitMs;
    const leftMs = (): number => Math.max(0, untilMs - clock.nowMs);
    if (await this.#leave(leftMs())) {
      core.exports.setClean(this.#client, 1);
      this.#connect();
      if (await this.#until(() => this.#phase === Phase.Connected, leftMs())) await this.#leave(leftMs());
    }
    this.#port.stop();
  }

  get #phase(): number {
    return clientField(this.#around.core, this.#client, "phase");
  }

  #connect(): void {
    const { core, clock } = this.#around;
    core.exports.connect(this.#client, clientMs(clock));
    this.#port.pump();
  }

  /** Answers whether the connection was over in time. */
  #leave(limitMs: number): Promise<boolean> {
    const { core, clock } = this.#around;
    core.exports.disconnect(this.#client, GOODBYE_MS, clientMs(clock));
    this.#port.pump();
    return this.#until(() => this.#phase === Phase.Idle, limitMs);
  }

  #heed(event: Event): void {
    const { core, watcher } = this.#around;
    if (event === Event.Message) {
      const { topic, payload } = readMessage(core, this.#client);
      watcher(topic, payload, clientField(core, this.#client, "eventRetain") === 1);
      return;
    }
    if (event === Event.CloseTransport) this.#said = readReasonString(core, this.#client);
    this.#trouble = this.#troubleIn(event) ?? this.#trouble;
    if (event === Event.Subscribed) this.#granted += 1;
    this.#onChange();
  }

  #troubleIn(event: Event): string | null {
    const { core } = this.#around;
    const code = clientField(core, this.#client, "eventCode");
    if (event === Event.Refused) return refusalInWords(code, readReasonString(core, this.#client));
    if (event === Event.Subscribed && code >= FIRST_FAILURE) return "the broker refuses a subscription";
    // what the client does for its own sake is no trouble, and of a refusal the reason is known
    const isTrouble =
      code !== CloseReason.SessionCleared &&
      code !== CloseReason.OlderVersion &&
      code !== CloseReason.Refused;
    if (event !== Event.Closed || !isTrouble) return null;
    if (code === CloseReason.ServerDisconnect) return this.#told();
    return this.#port.lastError?.message ?? `the connection ended: ${wordOf(CloseReason, code)}`;
  }

  #told(): string {
    const code = this.#around.core.exports.eventReason(this.#client);
    return `the broker closed the connection: ${reasonInWords(code, this.#said)}`;
  }

  /** Resolves to whether it came about before the limit. */
  #until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        limit.cancel();
        this.#onChange = () => undefined;
        resolve(isSo());
      };
      const limit = after(this.#around.clock, limitMs, finish);
      this.#onChange = () => {
        if (isSo()) finish();
      };
      this.#onChange();
    });
  }
}

/** Room for many messages that come at once; it publishes nothing. */
function capacitiesFor({ filters, credentials, clientId }: SubscriberSettings): Capacities {
  const texts = [clientId, ...filters, credentials?.username ?? "", credentials?.password ?? ""];
  return {
    receiveBytes: 16_384,
    outboxBytes: 64,
    entries: 1,
    window: 1,
    inboundIds: 1024,
    texts: texts.length,
    // each with its two bytes of length, and a byte for its end
    textBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 4, 0),
    filters: filters.length,
  };
}

function prepareBlock(settings: SubscriberSettings, core: Core): number {
  const { exports, inbox } = core;
  const capacities = capacityList(capacitiesFor(settings));
  const client = core.allocate(done(exports.blockBytes(...capacities)));
  done(exports.init(client, ...capacities));
  done(exports.setVersion(client, protocolLevel(settings.protocol)));
  const text = (prepare: typeof exports.prepareString, words: string) =>
    done(prepare(client, inbox, core.put(inbox, words)));
  done(exports.setClientId(client, text(exports.prepareString, settings.clientId)));
  // what is published while its connection is away must not be missing as evidence
  done(exports.setClean(client, 0));
  if (settings.credentials !== null) {
    const { username, password } = settings.credentials;
    const user = text(exports.prepareString, username);
    done(exports.setCredentials(client, user, password === null ? 0 : text(exports.prepareBytes, password)));
  }
  for (const filter of settings.filters) {
    done(exports.subscribe(client, inbox, core.put(inbox, filter), EXACTLY_ONCE));
  }
  return client;
}

function done(answer: number): number {
  if (answer < 0) throw new Error(`the subscriber's client answered with status ${answer}`);
  return answer;
}
