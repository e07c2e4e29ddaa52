// Owns the way of one connection's packets between its two ends: radio, meter, link and NAT. Refuses to know what TCP is at.

import type { Clock } from "../../time/clock.ts";
import { RESET } from "../stream.ts";
import type { Meter } from "./meter/meter.ts";
import type { Mapping } from "./middlebox/middlebox.ts";
import type { Outlet, PacketChannel } from "./packet-channel.ts";
import type { Radio } from "./radio/radio.ts";
import { type SegmentEvent, type SegmentTap, segmentEvent } from "./segment-tap.ts";
import { bytesOnWire, type Segment } from "./tcp/segment.ts";

/** What all connections of a device have in common. */
export interface PathParts {
  readonly clock: Clock;
  readonly uplink: PacketChannel;
  readonly downlink: PacketChannel;
  readonly radio: Radio;
  readonly meter: Meter | null;
  readonly tap: SegmentTap | null;
}

/** Where segments come out. */
export interface PathEnds {
  atDevice(segment: Segment): void;
  atBroker(segment: Segment): void;
}

const NOTHING = new Uint8Array(0);

/** device ── radio · meter ── uplink, downlink ── NAT ── broker */
export class ConnectionPath {
  readonly #mapping: Mapping;
  readonly #up: UpWay;
  readonly #down: DownWay;

  /** `number` is the connection's, for the tap. */
  constructor(parts: PathParts, mapping: Mapping, number: number, ends: PathEnds) {
    this.#mapping = mapping;
    this.#down = new DownWay(parts, number, ends);
    this.#up = new UpWay(parts, mapping, number, ends, this.#down);
  }

  /** From the device. What its radio does not send, nobody sees. */
  up(segment: Segment): void {
    this.#up.send(segment);
  }

  /** From the broker. */
  down(segment: Segment): void {
    if (this.#mapping.down()) this.#down.send(segment);
    else this.#down.neverCarried(segment);
  }
}

class UpWay implements Outlet<Segment> {
  readonly #parts: PathParts;
  readonly #mapping: Mapping;
  readonly #number: number;
  readonly #ends: PathEnds;
  readonly #back: DownWay;

  constructor(parts: PathParts, mapping: Mapping, number: number, ends: PathEnds, back: DownWay) {
    this.#parts = parts;
    this.#mapping = mapping;
    this.#number = number;
    this.#ends = ends;
    this.#back = back;
  }

  send(segment: Segment): void {
    const { radio, uplink, meter } = this.#parts;
    if (radio.state !== "attached") return;
    const bytes = bytesOnWire(segment);
    if (meter !== null) meter.up(bytes, segment.payload.length > 0);
    this.#tell(segment, "sent", null);
    uplink.send(bytes, segment, this);
  }

  arrived(segment: Segment): void {
    const verdict = this.#mapping.up(segment.synMss !== null);
    if (verdict === "pass") {
      this.#tell(segment, "arrived", null);
      this.#ends.atBroker(segment);
      return;
    }
    this.#tell(segment, "lost", "nat");
    if (verdict === "reset" && segment.rst === null) this.#back.send(resetFor(segment));
  }

  lost(segment: Segment, why: string): void {
    this.#tell(segment, "lost", why);
  }

  #tell(segment: Segment, fate: SegmentEvent["fate"], why: string | null): void {
    const { tap } = this.#parts;
    if (tap !== null) tap(segmentEvent(segment, "up", fate, why, this.#number));
  }
}

class DownWay implements Outlet<Segment> {
  readonly #parts: PathParts;
  readonly #number: number;
  readonly #ends: PathEnds;
  /** When the last packet that waited for a beacon arrives: no other overtakes it. */
  #heldUntilMs = 0;

  constructor(parts: PathParts, number: number, ends: PathEnds) {
    this.#parts = parts;
    this.#number = number;
    this.#ends = ends;
  }

  send(segment: Segment): void {
    const { downlink, meter } = this.#parts;
    const bytes = bytesOnWire(segment);
    if (meter !== null) meter.down(bytes);
    this.#tell(segment, "sent", null);
    downlink.send(bytes, segment, this);
  }

  /** The NAT knows no way to the device. */
  neverCarried(segment: Segment): void {
    this.#tell(segment, "sent", null);
    this.#tell(segment, "lost", "nat");
  }

  /** The access point keeps it until the device listens. */
  arrived(segment: Segment): void {
    const { clock, radio } = this.#parts;
    const { nowMs } = clock;
    const holdMs = radio.downlinkHoldMs(nowMs);
    if (holdMs === 0 && nowMs >= this.#heldUntilMs) {
      this.#toDevice(segment);
      return;
    }
    this.#heldUntilMs = Math.max(this.#heldUntilMs, nowMs + holdMs);
    clock.at(this.#heldUntilMs, () => this.#toDevice(segment));
  }

  lost(segment: Segment, why: string): void {
    this.#tell(segment, "lost", why);
  }

  #toDevice(segment: Segment): void {
    if (!this.#parts.radio.hears()) {
      this.#tell(segment, "lost", "radio");
      return;
    }
    this.#tell(segment, "arrived", null);
    this.#ends.atDevice(segment);
  }

  #tell(segment: Segment, fate: SegmentEvent["fate"], why: string | null): void {
    const { tap } = this.#parts;
    if (tap !== null) tap(segmentEvent(segment, "down", fate, why, this.#number));
  }
}

/** From a host that knows no such connection, as RFC 9293 has it. */
function resetFor(segment: Segment): Segment {
  const { seq, ack, payload } = segment;
  return { ...segment, seq: ack, ack: seq + payload.length, payload: NOTHING, fin: false, rst: RESET };
}
