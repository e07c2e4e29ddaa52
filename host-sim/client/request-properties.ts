// Owns that a SUBSCRIBE or UNSUBSCRIBE carries the user properties of its own request. The client has one set of them for all, so
// a request with others waits for those before it. Knows no filters.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { Packet, Status } from "../device/layout.generated.ts";
import { checkProperty, encodeProperties } from "./properties/encode.ts";
import type { Properties } from "./properties/table.ts";

/** What belongs to a request and not to one of its filters. */
export interface RequestParts {
  /** 0 for none. */
  readonly identifier: number;
  /** User properties, as they are sent. */
  readonly properties: Uint8Array;
}

export type RequestType = typeof Packet.Subscribe | typeof Packet.Unsubscribe;

interface Chosen {
  readonly bytes: Uint8Array;
  /** 0 for none. */
  readonly handle: number;
}

const BUSY_FIELDS = ["owedFilters", "requestId", "answeredFilters"] as const;

const NONE: Chosen = { bytes: new Uint8Array(), handle: 0 };

export class RequestProperties {
  readonly #core: Core;
  readonly #block: number;
  readonly #chosen = new Map<RequestType, Chosen>();

  constructor(core: Core, block: number) {
    this.#core = core;
    this.#block = block;
  }

  /** The next requests of this type carry these bytes: Ok. RequestPending: not yet, for others are under way. Else why not. */
  choose(type: RequestType, bytes: Uint8Array): number {
    const before = this.#chosen.get(type) ?? NONE;
    if (Buffer.from(bytes).equals(before.bytes)) return Status.Ok;
    if (this.#isBusy) return Status.RequestPending;
    const handle = this.#prepare(type, bytes);
    if (handle < 0) return handle;
    const { exports } = this.#core;
    exports.setRequestProperties(this.#block, type, handle);
    if (before.handle > 0) exports.forget(this.#block, before.handle);
    this.#chosen.set(type, { bytes, handle });
    return Status.Ok;
  }

  /** The block was made anew: it has none. */
  forget(): void {
    this.#chosen.clear();
  }

  /** Whether a request waits, is under way, or was answered and not yet told for all of its filters. */
  get #isBusy(): boolean {
    return BUSY_FIELDS.some((name) => clientField(this.#core, this.#block, name) !== 0);
  }

  #prepare(type: RequestType, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const { exports, inbox } = this.#core;
    return exports.prepareProperties(this.#block, type, inbox, this.#core.put(inbox, bytes));
  }
}

export const REQUEST_TYPES = { subscribe: Packet.Subscribe, unsubscribe: Packet.Unsubscribe } as const;

/** What the properties of a request come to. Throws a `PropertyError`. */
export function requestPartsOf(core: Core, type: RequestType, properties: Properties): RequestParts {
  const { subscriptionIdentifier, ...others } = properties;
  if (subscriptionIdentifier !== undefined)
    checkProperty(type, "subscriptionIdentifier", subscriptionIdentifier);
  return {
    identifier: Number(subscriptionIdentifier ?? 0),
    properties: encodeProperties(core, type, others),
  };
}
