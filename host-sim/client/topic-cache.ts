// Owns which topic names a client has prepared by itself, so that a message to one of them carries a byte and no name. Knows
// no messages.

import type { Core } from "../device/core.ts";

/** Longer names are given on the spot: the pool of texts is small. */
const MOST_CHARACTERS = 128;
/** The pool is there for filters and the program's own topics too. */
const SHARE_OF_TEXTS = 8;

/** How many of a block's texts it takes at most. */
export function shareOfTexts(texts: number): number {
  return Math.floor(texts / SHARE_OF_TEXTS);
}

export class TopicCache {
  readonly #core: Core;
  readonly #block: number;
  readonly #handles = new Map<string, number>();
  #free: number;

  constructor(core: Core, block: number, texts: number) {
    this.#core = core;
    this.#block = block;
    this.#free = shareOfTexts(texts);
  }

  /** The handle of a topic, 0 for none: it is then to be given with the message. */
  handleOf(topic: string): number {
    return this.#handles.get(topic) ?? this.#prepare(topic);
  }

  #prepare(topic: string): number {
    if (this.#free === 0 || topic.length > MOST_CHARACTERS) return 0;
    const { exports, inbox } = this.#core;
    const handle = exports.prepareTopic(this.#block, inbox, this.#core.put(inbox, topic));
    // A wrong topic is refused with its message, and a full pool stays full.
    if (handle < 0) return 0;
    this.#free -= 1;
    this.#handles.set(topic, handle);
    return handle;
  }
}
