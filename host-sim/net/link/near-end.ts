// Owns the device's end of a link, and what becomes of it when the device or its radio goes. Refuses to know the broker.

import type { Clock } from "../../time/clock.ts";
import { RESET, type StreamError, type StreamHandlers } from "../stream.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import type { TcpFlavour } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

export class NearEnd {
  readonly stream: TcpEndpoint;
  /** Null once nobody is left to be told. */
  #handlers: StreamHandlers | null;

  /** `onGone` is called once, when the stream has closed. */
  constructor(
    clock: Clock,
    flavour: TcpFlavour,
    send: (segment: Segment) => void,
    handlers: StreamHandlers,
    onGone: () => void,
  ) {
    this.#handlers = handlers;
    this.stream = new TcpEndpoint(clock, flavour, send, {
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

  end(error: StreamError): void {
    this.stream.kill(error);
  }

  /** The device is without power: nobody is told, on either side. */
  abandon(): void {
    this.#handlers = null;
    this.stream.kill(RESET);
  }
}
