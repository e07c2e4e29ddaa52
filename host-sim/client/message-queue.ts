// Owns the messages that wait for room in a client's outbox, first in, first out, and how many may. Knows no client.

export interface QueueLimits {
  readonly messages: number;
  readonly bytes: number;
}

export interface Sized {
  readonly size: number;
}

/** Taking from the front costs the same however many wait. */
export class MessageQueue<Message extends Sized> {
  readonly #limits: QueueLimits;
  #messages: (Message | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length - this.#first;
  }

  get first(): Message | undefined {
    return this.#messages[this.#first];
  }

  /** False when it would be more than the limits allow; then nothing has changed. */
  add(message: Message): boolean {
    const { messages, bytes } = this.#limits;
    if (this.length >= messages || this.#bytes + message.size > bytes) return false;
    this.#messages.push(message);
    this.#bytes += message.size;
    return true;
  }

  take(): Message | undefined {
    const message = this.#messages[this.#first];
    if (message === undefined) return undefined;
    this.#messages[this.#first++] = undefined;
    this.#bytes -= message.size;
    if (this.#first * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#first);
      this.#first = 0;
    }
    return message;
  }
}
