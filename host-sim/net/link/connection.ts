// Owns one connection over a link: its two ends and the path between. Refuses to know the others, and what ends it.

import type { Accept } from "../memory-stream.ts";
import { type Dialer, RESET, type Stream, type StreamError, type StreamHandlers } from "../stream.ts";
import { ConnectionPath, type PathEnds, type PathParts } from "./connection-path.ts";
import { FarEnd, type FarSide } from "./far-end.ts";
import { FarListener } from "./far-listener.ts";
import type { Link } from "./link.ts";
import type { Mapping } from "./middlebox/middlebox.ts";
import { NearEnd } from "./near-end.ts";
import type { TcpFlavour } from "./tcp/flavour.ts";
import type { Segment } from "./tcp/segment.ts";

export interface ConnectionSurroundings {
  readonly parts: PathParts;
  readonly mapping: Mapping;
  /** For the tap. */
  readonly number: number;
  /** Called once, when the device's end has closed. */
  onNearGone(): void;
}

export class Connection implements PathEnds {
  readonly #around: ConnectionSurroundings;
  readonly #near: NearEnd;
  readonly #far: FarSide;
  #endsAlive = 2;
  #release: () => void = nothing;
  #stopWaiting: () => void = nothing;

  constructor(
    destination: Dialer | Accept,
    flavour: TcpFlavour,
    handlers: StreamHandlers,
    around: ConnectionSurroundings,
  ) {
    const { clock } = around.parts;
    const path = new ConnectionPath(around.parts, around.mapping, around.number, this);
    const down = (segment: Segment): void => path.down(segment);
    const onFarGone = (): void => this.#onGone();
    this.#around = around;
    this.#near = new NearEnd(
      clock,
      flavour,
      (segment) => path.up(segment),
      handlers,
      () => this.#onNearGone(),
    );
    this.#far =
      typeof destination === "function"
        ? new FarListener(destination, clock, down, onFarGone)
        : new FarEnd(destination, clock, down, onFarGone);
  }

  get stream(): Stream {
    return this.#near.stream;
  }

  /** The SYN leaves when the radio is attached. */
  begin(link: Link): void {
    const { radio, meter } = this.#around.parts;
    this.#release = link.carry(() => {
      this.#near.end(RESET);
      this.#far.cut();
    });
    this.#stopWaiting = radio.attach(() => {
      if (this.#near.stream.isClosed) return;
      meter?.connected();
      this.#near.stream.connect();
    });
  }

  end(error: StreamError): void {
    this.#near.end(error);
  }

  abandon(): void {
    this.#near.abandon();
  }

  atDevice(segment: Segment): void {
    this.#near.stream.receive(segment);
  }

  atBroker(segment: Segment): void {
    this.#far.receive(segment);
  }

  #onNearGone(): void {
    this.#stopWaiting();
    this.#around.onNearGone();
    // No listener is told of a SYN whose handshake is never completed.
    if (!this.#far.hasBegun) this.#far.cut();
    this.#onGone();
  }

  #onGone(): void {
    this.#endsAlive -= 1;
    if (this.#endsAlive === 0) this.#release();
  }
}

function nothing(): void {}
