// Owns what the topic aliases of one connection stand for. Refuses to know whether they are wanted.

/** [MQTT5-3.3.2-7] They end with their connection, so each has its own. */
export class TopicAliases {
  readonly #topics: (string | undefined)[];

  constructor(maximum: number) {
    this.#topics = new Array(maximum + 1);
  }

  /** An empty topic asks for the one that was set; null when none was. `alias` is within the maximum. */
  resolve(topic: string, alias: number): string | null {
    if (topic === "") return this.#topics[alias] ?? null;
    this.#topics[alias] = topic;
    return topic;
  }
}
