// Owns the connections of one device over one link. Refuses to know what one is made of, and what ends it.

import { PassersBy } from "../../collections/passers-by.ts";
import type { Clock } from "../../time/clock.ts";
import type { Accept } from "../memory-stream.ts";
import type { Dialer, Stream, StreamError, StreamHandlers } from "../stream.ts";
import { Connection } from "./connection.ts";
import type { PathParts } from "./connection-path.ts";
import type { Link } from "./link.ts";
import type { Meter } from "./meter/meter.ts";
import { createMiddlebox, type Middlebox } from "./middlebox/middlebox.ts";
import type { Radio } from "./radio/radio.ts";
import type { SegmentTap } from "./segment-tap.ts";
import { LWIP, type TcpFlavour } from "./tcp/flavour.ts";

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
  readonly #middlebox: Middlebox;
  readonly #flavour: TcpFlavour;
  readonly #parts: PathParts;
  /** Those whose device's end is not closed. */
  readonly #open = new PassersBy<Connection>();
  #opened = 0;

  constructor(destination: Dialer | Accept, link: Link, clock: Clock, layers: ConnectionLayers) {
    const { radio, middlebox, meter = null, flavour = LWIP, tap = null } = layers;
    const { uplink, downlink } = link;
    this.#destination = destination;
    this.#link = link;
    this.#middlebox = middlebox ?? createMiddlebox(null, clock);
    this.#flavour = flavour;
    this.#parts = { clock, uplink, downlink, radio, meter, tap };
  }

  /** The SYN leaves when the radio is attached. */
  open(handlers: StreamHandlers): Stream {
    this.#opened += 1;
    const connection = new Connection(this.#destination, this.#flavour, handlers, {
      parts: this.#parts,
      mapping: this.#middlebox.mapping(),
      number: this.#opened,
      onNearGone: () => leave(),
    });
    const leave = this.#open.add(connection);
    connection.begin(this.#link);
    return connection.stream;
  }

  endAll(error: StreamError): void {
    for (const connection of this.#open.all()) connection.end(error);
  }

  abandonAll(): void {
    for (const connection of this.#open.all()) connection.abandon();
  }
}
