// Owns the connections of one device over one link: each with its two ends and the path between. Refuses to know what ends
// them.

import type { Clock } from "../../time/clock.ts";
import type { Accept } from "../memory-stream.ts";
import { type Dialer, RESET, type Stream, type StreamError, type StreamHandlers } from "../stream.ts";
import { ConnectionPath } from "./connection-path.ts";
import { FarEnd, type FarSide } from "./far-end.ts";
import { FarListener } from "./far-listener.ts";
import type { Link } from "./link.ts";
import type { Meter } from "./meter/meter.ts";
import { createMiddlebox, type Middlebox } from "./middlebox/middlebox.ts";
import { NearEnd } from "./near-end.ts";
import type { Radio } from "./radio/radio.ts";
import type { SegmentTap } from "./segment-tap.ts";
import { LWIP, type TcpFlavour } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

export interface ConnectionLayers {
  readonly radio: Radio;
  readonly middlebox?: Middlebox;
  readonly meter?: Meter;
  readonly flavour?: TcpFlavour;
  readonly tap?: SegmentTap;
}

export class Connections {
  readonly #destination: Dialer | Accept;
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #radio: Radio;
  readonly #middlebox: Middlebox;
  readonly #meter: Meter | null;
  readonly #flavour: TcpFlavour;
  readonly #tap: SegmentTap | null;
  /** The device's ends that are not closed. */
  readonly #nearEnds = new Set<NearEnd>();
  #opened = 0;

  constructor(destination: Dialer | Accept, link: Link, clock: Clock, layers: ConnectionLayers) {
    this.#destination = destination;
    this.#link = link;
    this.#clock = clock;
    this.#radio = layers.radio;
    this.#middlebox = layers.middlebox ?? createMiddlebox(null, clock);
    this.#meter = layers.meter ?? null;
    this.#flavour = layers.flavour ?? LWIP;
    this.#tap = layers.tap ?? null;
  }

  /** The SYN leaves when the radio is attached. */
  open(handlers: StreamHandlers): Stream {
    let endsAlive = 2;
    const onGone = (): void => {
      endsAlive -= 1;
      if (endsAlive === 0) release();
    };
    const path = this.#path({
      atDevice: (segment) => near.stream.receive(segment),
      atBroker: (segment) => far.receive(segment),
    });
    const near = new NearEnd(this.#clock, this.#flavour, path.up, handlers, () => {
      stopWaiting();
      this.#nearEnds.delete(near);
      // No listener is told of a SYN whose handshake is never completed.
      if (!far.hasBegun) far.cut();
      onGone();
    });
    const far = this.#farSide(path.down, onGone);
    const release = this.#link.carry(() => {
      near.end(RESET);
      far.cut();
    });
    this.#nearEnds.add(near);
    const stopWaiting = this.#radio.attach(() => {
      if (near.stream.isClosed) return;
      this.#meter?.connected();
      near.stream.connect();
    });
    return near.stream;
  }

  endAll(error: StreamError): void {
    for (const near of this.#nearEnds) near.end(error);
  }

  abandonAll(): void {
    for (const near of this.#nearEnds) near.abandon();
  }

  #path(ends: { atDevice(segment: Segment): void; atBroker(segment: Segment): void }): ConnectionPath {
    const { uplink, downlink } = this.#link;
    this.#opened += 1;
    return new ConnectionPath(
      {
        clock: this.#clock,
        uplink,
        downlink,
        radio: this.#radio,
        mapping: this.#middlebox.mapping(),
        meter: this.#meter,
        tap: this.#tap,
        connection: this.#opened,
      },
      ends,
    );
  }

  #farSide(send: (segment: Segment) => void, onGone: () => void): FarSide {
    return typeof this.#destination === "function"
      ? new FarListener(this.#destination, this.#clock, send, onGone)
      : new FarEnd(this.#destination, this.#clock, send, onGone);
  }
}
