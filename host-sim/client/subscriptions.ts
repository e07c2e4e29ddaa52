// Owns which topic filters were asked for and who waits for the broker's answers. Requests for one filter take turns.
// Knows no connection and no messages.

import type { Core } from "../device/core.ts";
import { Status } from "../device/layout.generated.ts";
import { FIRST_FAILURE } from "../words/reason-codes.ts";
import { MqttError, OptionError } from "./errors.ts";
import type { QoS } from "./options.ts";
import type { Properties } from "./properties/table.ts";
import { REQUEST_TYPES, type RequestParts, RequestProperties } from "./request-properties.ts";
import { statusName, statusSentence } from "./words.ts";

/** The broker's answer to one filter: the QoS it granted, or from 0x80 on why it refused. */
export interface Grant {
  readonly topic: string;
  readonly qos: number;
}

/** How a filter is wanted. What only MQTT 5 has is not asked for before it. */
export interface FilterOptions {
  readonly qos?: QoS;
  /** What this client publishes does not come back. */
  readonly nl?: boolean;
  /** Messages keep the retain flag that they were published with. */
  readonly rap?: boolean;
  /** Retained messages: 0 come at every subscribing, 1 at that of a new subscription, 2 never. */
  readonly rh?: 0 | 1 | 2;
}

export interface SubscribeOptions extends FilterOptions {
  /** `subscriptionIdentifier`, which messages bring back, and `userProperties`. */
  readonly properties?: Properties;
}

/** One filter, several, or each with options of its own, as in MQTT.js. */
export type Filters = string | readonly string[] | Readonly<Record<string, QoS | FilterOptions>>;

/** What a filter is wanted with. */
export interface Wanted extends RequestParts {
  /** As SUBSCRIBE has them in MQTT 5. */
  readonly options: number;
}

const BARE: RequestParts = { identifier: 0, properties: new Uint8Array() };

/** The filters, each with its own options before `shared`. Throws an `OptionError`. */
export function wantedFilters(
  filters: Filters,
  shared: FilterOptions,
  request: RequestParts = BARE,
): ReadonlyMap<string, Wanted> {
  const wanted = (own: QoS | FilterOptions): Wanted => {
    const options = typeof own === "object" ? { ...shared, ...own } : { ...shared, qos: own };
    return { options: optionsByte(options), ...request };
  };
  if (typeof filters === "string") return new Map([[filters, wanted(shared)]]);
  if (isList(filters)) return new Map(filters.map((filter) => [filter, wanted(shared)]));
  return new Map(Object.entries(filters).map(([filter, own]) => [filter, wanted(own)]));
}

/** Throws an `OptionError` for what is out of range; QoS is for the client to say. */
function optionsByte({ qos = 0, nl = false, rap = false, rh = 0 }: FilterOptions): number {
  for (const [name, value] of Object.entries({ nl, rap })) {
    if (typeof value !== "boolean") throw new OptionError(`${name} must be true or false`);
  }
  if (![0, 1, 2].includes(rh)) throw new OptionError("rh must be one of 0, 1, 2");
  return qos | (nl ? NO_LOCAL : 0) | (rap ? RETAIN_AS_PUBLISHED : 0) | (rh << RETAIN_HANDLING_SHIFT);
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

interface Request extends Wanted {
  readonly verb: "subscribe" | "unsubscribe";
  readonly filter: string;
  readonly resolve: (code: number) => void;
  readonly reject: (error: MqttError) => void;
  isAsked: boolean;
}

export interface SubscriptionsParts {
  readonly core: Core;
  readonly block: number;
  readonly capacity: number;
  /** Whether it asks in the way of MQTT 5. */
  readonly hasOptions: boolean;
  /** A filter that was granted before was refused when it was asked for again. */
  readonly onRefusedAgain: (filter: string) => void;
}

const NO_LOCAL = 4;
const RETAIN_AS_PUBLISHED = 8;
const RETAIN_HANDLING_SHIFT = 4;
const QOS_BITS = 3;
const MOST_BYTES = 65_535;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class Subscriptions {
  readonly #parts: SubscriptionsParts;
  readonly #properties: RequestProperties;
  /** Filters that have a place in the block, by handle. */
  readonly #filters = new Map<number, string>();
  /** By filter, in the order they were made. The first is with the broker, or waits for the client. */
  readonly #requests = new Map<string, Request[]>();

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
    this.#properties = new RequestProperties(parts.core, parts.block);
  }

  async subscribe(filters: ReadonlyMap<string, Wanted>): Promise<readonly Grant[]> {
    this.#checkRoom([...filters.keys()]);
    const answers = [...filters].map(async ([topic, wanted]) => ({
      topic,
      qos: await this.#request("subscribe", topic, wanted),
    }));
    return Promise.all(answers);
  }

  async unsubscribe(filters: readonly string[], request: RequestParts = BARE): Promise<void> {
    const wanted = [...new Set(filters)];
    this.#checkRoom(wanted);
    const asked = { options: 0, ...request };
    await Promise.all(wanted.map((filter) => this.#request("unsubscribe", filter, asked)));
  }

  /** The broker granted or refused the filter with this handle. */
  subscribed(handle: number, code: number): void {
    const filter = this.#filters.get(handle);
    if (filter === undefined) return;
    if (code >= FIRST_FAILURE) this.#filters.delete(handle);
    if (!this.#answer(filter, "subscribe", code) && code >= FIRST_FAILURE) this.#parts.onRefusedAgain(filter);
  }

  unsubscribed(handle: number): void {
    const filter = this.#filters.get(handle);
    if (filter === undefined) return;
    this.#filters.delete(handle);
    this.#answer(filter, "unsubscribe", 0);
  }

  /** Ends every request: the client is no more. */
  rejectAll(error: MqttError): void {
    const requests = [...this.#requests.values()].flat();
    this.#requests.clear();
    for (const { reject } of requests) reject(error);
  }

  /** Before anything is asked, so that a list that does not fit is refused whole. */
  #checkRoom(filters: readonly string[]): void {
    const { capacity } = this.#parts;
    const places = new Set([...this.#filters.values(), ...this.#requests.keys(), ...filters]);
    if (places.size > capacity) throw new MqttError(statusName(Status.TooManyFilters), tooMany(capacity));
  }

  #request(verb: Request["verb"], filter: string, wanted: Wanted): Promise<number> {
    return new Promise((resolve, reject) => {
      const fault = filterFault(filter);
      if (fault !== null) {
        reject(refusal(verb, filter, fault));
        return;
      }
      const waiting = this.#requests.get(filter) ?? [];
      waiting.push({ verb, filter, ...wanted, resolve, reject, isAsked: false });
      this.#requests.set(filter, waiting);
      if (waiting.length === 1) this.#askNext(filter);
    });
  }

  /** Asks the client for the first request of a filter. One that it must make again by itself goes before. */
  #askNext(filter: string): void {
    for (const waiting = this.#requests.get(filter) ?? []; waiting[0] !== undefined; waiting.shift()) {
      const request = waiting[0];
      const handle = this.#ask(request);
      if (handle > 0) this.#filters.set(handle, filter);
      request.isAsked = handle > 0;
      if (handle > 0 || handle === Status.RequestPending) return;
      request.reject(refusal(request.verb, filter, handle));
    }
    this.#requests.delete(filter);
  }

  #ask({ verb, filter, options, identifier, properties }: Request): number {
    const { core, block, hasOptions } = this.#parts;
    const { exports, inbox } = core;
    const status = this.#properties.choose(REQUEST_TYPES[verb], properties);
    if (status < 0) return status;
    const length = core.put(inbox, filter);
    if (verb === "unsubscribe") return exports.unsubscribe(block, inbox, length);
    return hasOptions
      ? exports.subscribeWith(block, inbox, length, options, identifier)
      : exports.subscribe(block, inbox, length, options & QOS_BITS);
  }

  /** False when nobody had asked: the client had, in a new session. */
  #answer(filter: string, verb: Request["verb"], code: number): boolean {
    const waiting = this.#requests.get(filter);
    const request = waiting?.[0];
    if (waiting === undefined || request === undefined) return false;
    const isAnswered = request.isAsked && request.verb === verb;
    if (isAnswered) {
      waiting.shift();
      request.resolve(code);
    }
    this.#askNext(filter);
    this.#askOthers();
    return isAnswered;
  }

  /** Those that waited for other properties to be under way no more. */
  #askOthers(): void {
    for (const [filter, [first]] of this.#requests) {
      if (first !== undefined && !first.isAsked) this.#askNext(filter);
    }
  }
}

function filterFault(filter: string): Status | null {
  if (Buffer.byteLength(filter) > MOST_BYTES) return Status.TopicTooLarge; // [MQTT3-4.7.3-3]
  return LONE_SURROGATE.test(filter) ? Status.BadUtf8 : null;
}

function refusal(verb: string, filter: string, status: number): MqttError {
  return new MqttError(statusName(status), `cannot ${verb} ${filter}: ${statusSentence(status)}`);
}

function tooMany(capacity: number): string {
  return `more than ${capacity} topic filters at once: raise capacities.filters`;
}
