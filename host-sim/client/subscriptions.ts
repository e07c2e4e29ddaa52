// Owns which topic filters were asked for and who waits for the broker's answers. Requests for one filter take turns.
// Knows no connection and no messages.

import type { Core } from "../device/core.ts";
import { Status } from "../device/layout.generated.ts";
import { MqttError } from "./errors.ts";
import type { QoS } from "./options.ts";
import { statusName, statusSentence } from "./words.ts";

/** The broker's answer to one filter: the QoS it granted, or 0x80 for a refusal. */
export interface Grant {
  readonly topic: string;
  readonly qos: number;
}

/** One filter, several, or each with a QoS of its own, as in MQTT.js. */
export type Filters = string | readonly string[] | Readonly<Record<string, QoS | { readonly qos: QoS }>>;

/** The filters with the QoS each is wanted at: its own, or else `qos`. */
export function wantedFilters(filters: Filters, qos: QoS): ReadonlyMap<string, QoS> {
  if (typeof filters === "string") return new Map([[filters, qos]]);
  if (isList(filters)) return new Map(filters.map((filter) => [filter, qos]));
  const entries = Object.entries(filters);
  return new Map(entries.map(([filter, own]) => [filter, typeof own === "number" ? own : own.qos]));
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

interface Request {
  readonly verb: "subscribe" | "unsubscribe";
  readonly filter: string;
  readonly qos: QoS;
  readonly resolve: (code: number) => void;
  readonly reject: (error: MqttError) => void;
  isAsked: boolean;
}

export interface SubscriptionsParts {
  readonly core: Core;
  readonly block: number;
  readonly capacity: number;
  /** A filter that was granted before was refused when it was asked for again. */
  readonly onRefusedAgain: (filter: string) => void;
}

const REFUSED = 0x80;
const MOST_BYTES = 65_535;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class Subscriptions {
  readonly #parts: SubscriptionsParts;
  /** Filters that have a place in the block, by handle. */
  readonly #filters = new Map<number, string>();
  /** By filter, in the order they were made. The first is with the broker, or waits for the client. */
  readonly #requests = new Map<string, Request[]>();

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  async subscribe(wanted: ReadonlyMap<string, QoS>): Promise<readonly Grant[]> {
    this.#checkRoom([...wanted.keys()]);
    const answers = [...wanted].map(async ([topic, qos]) => ({
      topic,
      qos: await this.#request("subscribe", topic, qos),
    }));
    return Promise.all(answers);
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    const wanted = [...new Set(filters)];
    this.#checkRoom(wanted);
    await Promise.all(wanted.map((filter) => this.#request("unsubscribe", filter, 0)));
  }

  /** The broker granted or refused the filter with this handle. */
  subscribed(handle: number, code: number): void {
    const filter = this.#filters.get(handle);
    if (filter === undefined) return;
    if (code >= REFUSED) this.#filters.delete(handle);
    if (!this.#answer(filter, "subscribe", code) && code >= REFUSED) this.#parts.onRefusedAgain(filter);
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

  #request(verb: Request["verb"], filter: string, qos: QoS): Promise<number> {
    return new Promise((resolve, reject) => {
      const fault = filterFault(filter);
      if (fault !== null) {
        reject(refusal(verb, filter, fault));
        return;
      }
      const waiting = this.#requests.get(filter) ?? [];
      waiting.push({ verb, filter, qos, resolve, reject, isAsked: false });
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

  #ask({ verb, filter, qos }: Request): number {
    const { core, block } = this.#parts;
    const length = core.put(core.inbox, filter);
    return verb === "subscribe"
      ? core.exports.subscribe(block, core.inbox, length, qos)
      : core.exports.unsubscribe(block, core.inbox, length);
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
    return isAnswered;
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
