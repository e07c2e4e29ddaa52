// Owns the broker's end of a link where the broker itself lives in the simulator: it gets the modelled peer as its stream.
// Refuses to know the device.

import type { Clock } from "../../time/clock.ts";
import type { Accept } from "../memory-stream.ts";
import { RESET, type StreamError } from "../stream.ts";
import type { FarSide } from "./far-end.ts";
import { PassedOn } from "./passed-on.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import { LINUX } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

const NOBODY_LISTENS: StreamError = {
  kind: "refused",
  message: "the connection was refused: nothing listens there",
};

/** The peer is made when a first segment comes: over a bad link, every other call gets no further than the air. */
export class FarListener implements FarSide {
  readonly #accept: Accept;
  readonly #clock: Clock;
  readonly #send: (segment: Segment) => void;
  readonly #onGone: () => void;
  /** When the ticks of the peer's timers began. */
  readonly #sinceMs: number;
  #endpoint: TcpEndpoint | null = null;
  /** Whoever accepted. */
  readonly #told = new PassedOn(null, () => this.#leave());
  #hasBegun = false;
  #isGone = false;

  /** `onGone` is called once, when the modelled peer has closed. */
  constructor(accept: Accept, clock: Clock, send: (segment: Segment) => void, onGone: () => void) {
    this.#accept = accept;
    this.#clock = clock;
    this.#send = send;
    this.#onGone = onGone;
    this.#sinceMs = clock.nowMs;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  receive(segment: Segment): void {
    const endpoint = this.#endpoint ?? this.#raise();
    const isFirstSyn = segment.synMss !== null && !this.#hasBegun && !endpoint.isClosed;
    if (isFirstSyn) this.#begin(endpoint, segment);
    else endpoint.receive(segment);
  }

  cut(): void {
    if (this.#endpoint === null) this.#leave();
    else this.#endpoint.kill(RESET);
  }

  #raise(): TcpEndpoint {
    const endpoint = new TcpEndpoint(this.#clock, LINUX, this.#send, this.#told, this.#sinceMs);
    if (this.#isGone) endpoint.kill(RESET);
    this.#endpoint = endpoint;
    return endpoint;
  }

  #begin(endpoint: TcpEndpoint, syn: Segment): void {
    this.#hasBegun = true;
    this.#told.to = this.#accept(endpoint);
    if (this.#told.to === null) endpoint.destroy(NOBODY_LISTENS);
    else endpoint.accept(syn);
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#onGone();
  }
}
