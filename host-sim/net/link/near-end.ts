// Owns the device's end of a link, and what becomes of it when the device or its radio goes. Refuses to know the broker.

import type { Clock } from "../../time/clock.ts";
import { RESET, type StreamError, type StreamHandlers } from "../stream.ts";
import { PassedOn } from "./passed-on.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import type { TcpFlavour } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

export class NearEnd {
  readonly stream: TcpEndpoint;
  readonly #told: PassedOn;

  /** `onGone` is called once, when the stream has closed. */
  constructor(
    clock: Clock,
    flavour: TcpFlavour,
    send: (segment: Segment) => void,
    handlers: StreamHandlers,
    onGone: () => void,
  ) {
    this.#told = new PassedOn(handlers, onGone);
    this.stream = new TcpEndpoint(clock, flavour, send, this.#told);
  }

  end(error: StreamError): void {
    this.stream.kill(error);
  }

  /** The device is without power: nobody is told, on either side. */
  abandon(): void {
    this.#told.to = null;
    this.stream.kill(RESET);
  }
}
