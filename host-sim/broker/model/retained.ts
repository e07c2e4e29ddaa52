// Owns the retained messages. Refuses to know who asks for them.

import type { Message } from "./message.ts";
import { isMatch } from "./topic-tree.ts";

export class Retained {
  readonly #byTopic = new Map<string, Message>();

  get size(): number {
    return this.#byTopic.size;
  }

  keep(message: Message): void {
    // set() alone would leave it at its old place: a later message comes later
    this.#byTopic.delete(message.topic);
    // [MQTT3-3.3.1-10] [MQTT3-3.3.1-11]
    if (message.payload.length > 0) this.#byTopic.set(message.topic, message);
  }

  /** In the order in which they were published. */
  matching(filter: string, nowMs: number): readonly Message[] {
    const isPlain = !/[+#]/.test(filter);
    const found = isPlain ? this.#exactly(filter) : this.#likely(filter);
    return found.filter(({ expiresMs }) => expiresMs > nowMs);
  }

  clear(): void {
    this.#byTopic.clear();
  }

  #exactly(topic: string): readonly Message[] {
    const message = this.#byTopic.get(topic);
    return message === undefined ? [] : [message];
  }

  #likely(filter: string): readonly Message[] {
    return [...this.#byTopic.values()].filter(({ topic }) => isMatch(filter, topic));
  }
}
