// Owns the broker's end of a link where the broker itself lives in the simulator: it gets the modelled peer as its stream.
// Refuses to know the device.

import type { Clock } from "../../time/clock.ts";
import type { Accept } from "../memory-stream.ts";
import { RESET, type StreamError, type StreamHandlers } from "../stream.ts";
import type { FarSide } from "./far-end.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import { LINUX } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

const NOBODY_LISTENS: StreamError = {
  kind: "refused",
  message: "the connection was refused: nothing listens there",
};

export class FarListener implements FarSide {
  readonly #accept: Accept;
  readonly #endpoint: TcpEndpoint;
  #handlers: StreamHandlers | null = null;
  #hasBegun = false;

  /** `onGone` is called once, when the modelled peer has closed. */
  constructor(accept: Accept, clock: Clock, send: (segment: Segment) => void, onGone: () => void) {
    this.#accept = accept;
    this.#endpoint = new TcpEndpoint(clock, LINUX, send, {
      onOpen: () => this.#handlers?.onOpen(),
      onData: (bytes) => this.#handlers?.onData(bytes),
      onDrain: () => this.#handlers?.onDrain(),
      onEnd: () => this.#handlers?.onEnd(),
      onClose: (error) => {
        onGone();
        this.#handlers?.onClose(error);
      },
    });
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  receive(segment: Segment): void {
    const isFirstSyn = segment.synMss !== null && !this.#hasBegun && !this.#endpoint.isClosed;
    if (isFirstSyn) this.#begin(segment);
    else this.#endpoint.receive(segment);
  }

  #begin(syn: Segment): void {
    this.#hasBegun = true;
    this.#handlers = this.#accept(this.#endpoint);
    if (this.#handlers === null) this.#endpoint.destroy(NOBODY_LISTENS);
    else this.#endpoint.accept(syn);
  }

  cut(): void {
    this.#endpoint.kill(RESET);
  }
}
