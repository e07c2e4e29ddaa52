// Owns what a `subscribe` or `unsubscribe` line becomes: calls for all of its filters or for none, in its turn where its user
// properties are others than those under way. Prints nothing but refusals.
import {
  REQUEST_TYPES,
  type RequestParts,
  RequestProperties,
  requestPartsOf,
} from "../../client/request-properties.ts";
import { statusName } from "../../client/words.ts";
import type { Core } from "../../device/core.ts";
import { Status } from "../../device/layout.generated.ts";
import { attempt } from "./attempt.ts";
import { propertiesFrom } from "./json-properties.ts";
import type { PendingRequests } from "./pending.ts";
import type { FilterRequest, SubscribeRequest, Tag, UnsubscribeRequest } from "./request.ts";

const MOST_FILTER_BYTES = 65_535;
const NO_LOCAL = 4;
const RETAIN_AS_PUBLISHED = 8;
const RETAIN_HANDLING_SHIFT = 4;

type AskingRequest = SubscribeRequest | UnsubscribeRequest;

interface Waiting {
  readonly request: AskingRequest;
  readonly tag: Tag;
  readonly parts: RequestParts;
}

export interface AskingParts {
  readonly core: Core;
  readonly block: number;
  readonly blockBytes: () => number;
  readonly pending: PendingRequests;
  /** Whether the client asks in the way of MQTT 5. */
  readonly hasOptions: () => boolean;
  readonly refuse: (why: string, tag: Tag) => void;
}

export class Asking {
  readonly #parts: AskingParts;
  readonly #properties: RequestProperties;
  #waiting: Waiting[] = [];

  constructor(parts: AskingParts) {
    this.#parts = parts;
    this.#properties = new RequestProperties(parts.core, parts.block);
  }

  /** Throws a `PropertyError`; nothing is then asked. */
  ask(request: AskingRequest, tag: Tag): void {
    const properties = propertiesFrom(request.properties);
    const parts = requestPartsOf(this.#parts.core, REQUEST_TYPES[request.op], properties);
    this.#waiting.push({ request, tag, parts });
    this.advance();
  }

  /** The broker has answered one: those that waited may follow. */
  advance(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const status = this.#properties.choose(REQUEST_TYPES[first.request.op], first.parts.properties);
      if (status === Status.RequestPending) return;
      this.#waiting.shift();
      this.#send(first, status);
    }
  }

  /** The client was made anew. Answers the tags of the requests that waited. */
  forget(): readonly Tag[] {
    const tags = this.#waiting.map(({ tag }) => tag);
    this.#waiting = [];
    this.#properties.forget();
    return tags;
  }

  #send({ request, tag, parts }: Waiting, chosen: number): void {
    const { core, block, blockBytes, pending, refuse } = this.#parts;
    const handles: number[] = [];
    const status =
      chosen < 0
        ? chosen
        : attempt(core, block, blockBytes(), () => {
            for (const call of this.#calls(request, parts.identifier)) {
              const handle = call();
              if (handle < 0) return handle;
              if (pending.isAsking(handle)) return Status.RequestPending;
              handles.push(handle);
            }
            return Status.Ok;
          });
    if (status < 0) refuse(statusName(status), tag);
    else pending.asking(request.op, handles, tag);
  }

  #calls(request: AskingRequest, identifier: number): readonly (() => number)[] {
    const { core, block, hasOptions } = this.#parts;
    const { exports } = core;
    const put = (filter: string, call: (at: number, length: number) => number) => () => {
      const bytes = Buffer.from(filter);
      if (bytes.length > MOST_FILTER_BYTES) return Status.TopicTooLarge;
      return call(core.inbox, core.put(core.inbox, bytes));
    };
    if (request.op === "unsubscribe") {
      return request.filters.map((filter) =>
        put(filter, (at, length) => exports.unsubscribe(block, at, length)),
      );
    }
    return request.filters.map((wish) =>
      put(wish.filter, (at, length) =>
        hasOptions()
          ? exports.subscribeWith(block, at, length, optionsByte(wish), identifier)
          : exports.subscribe(block, at, length, wish.qos),
      ),
    );
  }
}

/** As SUBSCRIBE has them in MQTT 5. */
function optionsByte({ qos, noLocal, retainAsPublished, retainHandling }: FilterRequest): number {
  const flags = (noLocal ? NO_LOCAL : 0) | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0);
  return qos | flags | (retainHandling << RETAIN_HANDLING_SHIFT);
}
