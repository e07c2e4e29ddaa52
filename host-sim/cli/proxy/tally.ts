// Owns what has passed through a proxy so far, added up. Knows its events; not who reads the sums.
import type { MeterReading } from "../../net/link/meter/meter.ts";
import type { ProxyEvent } from "../../net/proxy/proxy.ts";

export interface Sums {
  readonly connections: number;
  /** So many of them got over the link. */
  readonly through: number;
  /** What the clients said and were told, without what the link adds and repeats. */
  readonly payloadBytesUp: number;
  readonly payloadBytesDown: number;
}

/** What `--json` prints. */
export interface Passed extends Sums, MeterReading {
  readonly seed: number;
  readonly link: string;
  readonly listen: string;
  readonly upstream: string;
  readonly durationMs: number;
}

export class Tally {
  #connections = 0;
  #through = 0;
  #payloadBytesUp = 0;
  #payloadBytesDown = 0;
  #isUpstreamThere = false;
  #lastFailure: string | null = null;

  get sums(): Sums {
    return {
      connections: this.#connections,
      through: this.#through,
      payloadBytesUp: this.#payloadBytesUp,
      payloadBytesDown: this.#payloadBytesDown,
    };
  }

  /** Why the other host took no connection, when it was asked and never did. */
  get neverReached(): string | null {
    return this.#isUpstreamThere ? null : this.#lastFailure;
  }

  see(event: ProxyEvent): void {
    switch (event.kind) {
      case "opened":
        this.#connections += 1;
        break;
      case "through":
        this.#through += 1;
        break;
      case "closed":
        this.#payloadBytesUp += event.bytesUp;
        this.#payloadBytesDown += event.bytesDown;
        break;
      case "upstream":
        if (event.failure === null) this.#isUpstreamThere = true;
        else this.#lastFailure = event.failure.message;
    }
  }
}
