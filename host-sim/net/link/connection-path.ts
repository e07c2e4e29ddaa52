// Owns the way of one connection's packets between its two ends: radio, meter, link and NAT. Refuses to know what TCP is at.

import type { Clock } from "../../time/clock.ts";
import { RESET } from "../stream.ts";
import type { Meter } from "./meter/meter.ts";
import type { Mapping } from "./middlebox/middlebox.ts";
import type { Radio } from "./radio/radio.ts";
import { type SegmentEvent, type SegmentTap, segmentEvent } from "./segment-tap.ts";
import { bytesOnWire, type Segment } from "./tcp/segment.ts";

/** One direction of a link. */
export interface Carrier {
  /** Calls `deliver` or, where it knows of it, `lost`; once, and later. */
  send(bytes: number, deliver: () => void, lost?: (why: string) => void): void;
}

export interface PathParts {
  readonly clock: Clock;
  readonly uplink: Carrier;
  readonly downlink: Carrier;
  readonly radio: Radio;
  readonly mapping: Mapping;
  readonly meter: Meter | null;
  readonly tap: SegmentTap | null;
  /** For the tap. */
  readonly connection: number;
}

/** Where segments come out. */
export interface PathEnds {
  atDevice(segment: Segment): void;
  atBroker(segment: Segment): void;
}

const NOTHING = new Uint8Array(0);

/** device ── radio · meter ── uplink, downlink ── NAT ── broker */
export class ConnectionPath {
  readonly #parts: PathParts;
  readonly #ends: PathEnds;
  /** When the last packet that waited for a beacon arrives: no other overtakes it. */
  #heldUntilMs = 0;

  constructor(parts: PathParts, ends: PathEnds) {
    this.#parts = parts;
    this.#ends = ends;
  }

  /** From the device. What its radio does not send, nobody sees. */
  readonly up = (segment: Segment): void => {
    const { radio, uplink, tap, meter } = this.#parts;
    if (radio.state !== "attached") return;
    const bytes = bytesOnWire(segment);
    meter?.up(bytes, segment.payload.length > 0);
    if (tap === null) {
      uplink.send(bytes, () => this.#pastUplink(segment));
      return;
    }
    this.#tell(segment, "up", "sent", null);
    uplink.send(
      bytes,
      () => this.#pastUplink(segment),
      (why) => this.#tell(segment, "up", "lost", why),
    );
  };

  /** From the broker. */
  readonly down = (segment: Segment): void => {
    if (this.#parts.mapping.down()) this.#overDownlink(segment);
    else this.#neverCarried(segment);
  };

  #pastUplink(segment: Segment): void {
    const verdict = this.#parts.mapping.up(segment.synMss !== null);
    if (verdict === "pass") {
      this.#tell(segment, "up", "arrived", null);
      this.#ends.atBroker(segment);
      return;
    }
    this.#tell(segment, "up", "lost", "nat");
    if (verdict === "reset" && segment.rst === null) this.#overDownlink(resetFor(segment));
  }

  #overDownlink(segment: Segment): void {
    const { downlink, tap, meter } = this.#parts;
    const bytes = bytesOnWire(segment);
    meter?.down(bytes);
    if (tap === null) {
      downlink.send(bytes, () => this.#pastDownlink(segment));
      return;
    }
    this.#tell(segment, "down", "sent", null);
    downlink.send(
      bytes,
      () => this.#pastDownlink(segment),
      (why) => this.#tell(segment, "down", "lost", why),
    );
  }

  /** The access point keeps it until the device listens. */
  #pastDownlink(segment: Segment): void {
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

  #toDevice(segment: Segment): void {
    if (!this.#parts.radio.hears()) {
      this.#tell(segment, "down", "lost", "radio");
      return;
    }
    this.#tell(segment, "down", "arrived", null);
    this.#ends.atDevice(segment);
  }

  #neverCarried(segment: Segment): void {
    this.#tell(segment, "down", "sent", null);
    this.#tell(segment, "down", "lost", "nat");
  }

  #tell(segment: Segment, way: "up" | "down", fate: SegmentEvent["fate"], why: string | null): void {
    const { tap, connection } = this.#parts;
    tap?.(segmentEvent(segment, way, fate, why, connection));
  }
}

/** From a host that knows no such connection, as RFC 9293 has it. */
function resetFor(segment: Segment): Segment {
  const { seq, ack, payload } = segment;
  return { ...segment, seq: ack, ack: seq + payload.length, payload: NOTHING, fin: false, rst: RESET };
}
