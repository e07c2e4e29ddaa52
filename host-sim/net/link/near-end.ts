// Owns the device's end of a link, and what becomes of it when the device or its radio goes. Refuses to know the broker.

import type { Clock } from "../../time/clock.ts";
import { RESET, type StreamError, type StreamHandlers } from "../stream.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import type { TcpFlavour } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

export class NearEnd implements StreamHandlers {
  readonly stream: TcpEndpoint;
  readonly #onGone: () => void;
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
    this.#onGone = onGone;
    this.stream = new TcpEndpoint(clock, flavour, send, this);
  }

  end(error: StreamError): void {
    this.stream.kill(error);
  }

  /** The device is without power: nobody is told, on either side. */
  abandon(): void {
    this.#handlers = null;
    this.stream.kill(RESET);
  }

  onOpen(): void {
    this.#handlers?.onOpen();
  }

  onData(bytes: Uint8Array): void {
    this.#handlers?.onData(bytes);
  }

  onDrain(): void {
    this.#handlers?.onDrain();
  }

  onEnd(): void {
    this.#handlers?.onEnd();
  }

  onClose(error: StreamError | null): void {
    this.#onGone();
    this.#handlers?.onClose(error);
  }
}
