// Owns the broker's end of a link: a modelled Linux peer, and the real stream behind it. Refuses to know the device.

import type { Clock } from "../../time/clock.ts";
import { type Dialer, RESET, type Stream, type StreamHandlers } from "../stream.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import { LINUX } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

/** What lies behind a link. */
export interface FarSide {
  /** A SYN has got through. */
  readonly hasBegun: boolean;
  receive(segment: Segment): void;
  /** Ends at once, as if a reset had arrived. */
  cut(): void;
}

/** Bytes wait on either side no longer than the other is full: each pauses the reader that feeds it. */
export class FarEnd implements FarSide {
  readonly #dialer: Dialer;
  readonly #endpoint: TcpEndpoint;
  #inner: Stream | null = null;

  /** `onGone` is called once, when the modelled peer has closed. */
  constructor(dialer: Dialer, clock: Clock, send: (segment: Segment) => void, onGone: () => void) {
    this.#dialer = dialer;
    this.#endpoint = new TcpEndpoint(clock, LINUX, send, this.#endpointHandlers(onGone));
  }

  get hasBegun(): boolean {
    return this.#inner !== null;
  }

  receive(segment: Segment): void {
    const isFirstSyn = segment.synMss !== null && this.#inner === null && !this.#endpoint.isClosed;
    if (isFirstSyn) this.#inner = this.#dialer.dial(this.#innerHandlers(segment));
    else this.#endpoint.receive(segment);
  }

  cut(): void {
    this.#endpoint.kill(RESET);
    this.#inner?.destroy();
  }

  #endpointHandlers(onGone: () => void): StreamHandlers {
    return {
      onOpen: () => undefined,
      onData: (bytes) => {
        if (this.#inner?.write(bytes) === false) this.#endpoint.pause();
      },
      onDrain: () => this.#inner?.resume(),
      onEnd: () => this.#inner?.end(),
      onClose: (error) => {
        if (error !== null) this.#inner?.destroy();
        onGone();
      },
    };
  }

  #innerHandlers(syn: Segment): StreamHandlers {
    return {
      onOpen: () => this.#endpoint.accept(syn),
      onData: (bytes) => {
        if (!this.#endpoint.write(bytes)) this.#inner?.pause();
      },
      onDrain: () => this.#endpoint.resume(),
      onEnd: () => this.#endpoint.end(),
      onClose: (error) => {
        if (error !== null) this.#endpoint.destroy(error);
      },
    };
  }
}
