// Owns the properties of AUTH and DISCONNECT in a client's pool of texts: one of each, for as long as it may be sent. Knows not
// what they say.

import type { Core } from "../device/core.ts";
import type { Packet } from "../device/layout.generated.ts";

type PreparedType = typeof Packet.Disconnect | typeof Packet.Auth;

export class PreparedProperties {
  readonly #core: Core;
  readonly #block: number;
  readonly #handles = new Map<PreparedType, number>();

  constructor(core: Core, block: number) {
    this.#core = core;
    this.#block = block;
  }

  /** Calls with a handle for these bytes, 0 for none. Answers what the call does; when that is a refusal, nothing is kept. */
  use(type: PreparedType, bytes: Uint8Array, call: (handle: number) => number): number {
    const handle = this.#prepare(type, bytes);
    if (handle < 0) return handle;
    const status = call(handle);
    if (status < 0) this.#forget(handle);
    else {
      this.#forget(this.#handles.get(type) ?? 0);
      this.#handles.set(type, handle);
    }
    return status;
  }

  /** The block was made anew: it has none. */
  forgetAll(): void {
    this.#handles.clear();
  }

  #prepare(type: PreparedType, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const { exports, inbox } = this.#core;
    return exports.prepareProperties(this.#block, type, inbox, this.#core.put(inbox, bytes));
  }

  #forget(handle: number): void {
    if (handle > 0) this.#core.exports.forget(this.#block, handle);
  }
}
