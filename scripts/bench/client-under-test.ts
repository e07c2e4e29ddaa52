// Owns what every client must offer to be compared, and how a whole batch of its publishes ended. Knows no client.

export interface ClientOptions {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly clientId: string;
  /** QoS 1 messages allowed in flight, for a client that can be told. */
  readonly window: number;
  /** Messages that must find room while the link is down, for a client that can be told. */
  readonly outboxMessages: number;
}

export interface ClientUnderTest {
  readonly name: string;
  readonly version: string;
  /** Begins to connect and goes on trying; does not wait for the connection. */
  open(options: ClientOptions): Promise<OpenClient>;
}

export interface OpenClient {
  /** At QoS 1. Resolves at its PUBACK; rejects when the client gives the message up or does not take it. */
  publish(topic: string, payload: string): Promise<void>;
  /** Closes without waiting for anything. */
  close(): Promise<void>;
}

export interface Outcomes {
  readonly published: number;
  readonly failed: number;
  /** Neither when the time was over. */
  readonly pending: number;
}

/** Follows a batch of publishes from the moment each is made, so that no rejection goes unheard. */
export class OutcomeCounter {
  #published = 0;
  #failed = 0;
  readonly #all: Promise<void>[] = [];

  follow(publish: Promise<void>): void {
    const counted = publish.then(
      () => {
        this.#published += 1;
      },
      () => {
        this.#failed += 1;
      },
    );
    this.#all.push(counted);
  }

  /** Waits until each has ended, but not for ever. */
  async settle(timeoutMs: number): Promise<Outcomes> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.all(this.#all), timeout]);
    clearTimeout(timer);
    const pending = this.#all.length - this.#published - this.#failed;
    return { published: this.#published, failed: this.#failed, pending };
  }
}
