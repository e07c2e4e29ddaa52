// Owns a device's streams that go over a link to the broker. Refuses to know MQTT.

import type { Clock } from "../../time/clock.ts";
import type { Accept } from "../memory-stream.ts";
import type { Dialer, StreamError } from "../stream.ts";
import { Connections } from "./connections.ts";
import type { Link } from "./link.ts";
import type { Meter } from "./meter/meter.ts";
import type { Middlebox } from "./middlebox/middlebox.ts";
import type { Kept, Radio } from "./radio/radio.ts";
import { createWire } from "./radio/wire.ts";
import type { SegmentTap } from "./segment-tap.ts";
import type { TcpFlavour } from "./tcp/flavour.ts";

export interface LinkDialerOptions {
  /** The device's own, used by nobody else. Absent: always attached. */
  readonly radio: Radio;
  /** Absent: it forgets nothing. */
  readonly middlebox: Middlebox;
  readonly meter: Meter;
  /** Of the device's TCP; absent: lwIP as it comes. */
  readonly flavour: TcpFlavour;
  /** Told of every segment; formatting them is dear. */
  readonly tap: SegmentTap;
  /** Between the streams and TCP, at both ends of a listener. A broker that is dialled has its own. */
  readonly tls: TlsEnds;
}

export interface TlsEnds {
  dialer(inner: Dialer): Dialer;
  accept(inner: Accept): Accept;
}

export interface LinkDialer extends Dialer {
  /**
   * The device's power goes: its ends of all streams are gone without a packet, and none of their handlers is called again.
   * The broker's ends stay half-open. The next dial switches the radio on, which then still knows what is kept; a device that
   * keeps anything is asleep until then, and draws its current.
   */
  powerOff(keeps: Kept): void;
}

/**
 * Dials over `link`: what a dialer dials without it, or a listener in the simulator, which gets the modelled peer itself as
 * its stream. The broker's side begins when the device's SYN has got through, and ends when the modelled TCP learns that the
 * device is gone: while the link is down it stays open, and only the broker's own keep-alive notices.
 *
 *   device ── TcpEndpoint (the board's) ── radio ~~~ link ~~~ NAT ── TcpEndpoint (Linux) ── listener
 *                                                                                        └─ inner stream ── broker
 */
export function linkDialer(
  destination: Dialer | Accept,
  link: Link,
  clock: Clock,
  options: Partial<LinkDialerOptions> = {},
): LinkDialer {
  const { tls, meter } = options;
  const radio = options.radio ?? createWire();
  const listens = typeof destination === "function";
  const connections = new Connections(
    listens && tls !== undefined ? tls.accept(destination) : destination,
    link,
    clock,
    { ...options, radio },
  );
  let isAsleep = false;
  radio.onState((state, why) => {
    if (why !== null) connections.endAll(detached(why));
    if (state === "off") connections.abandonAll();
    meter?.mode(state === "off" ? (isAsleep ? "asleep" : "off") : state);
  });
  const raw: Dialer = { dial: (handlers) => connections.open(handlers) };
  const dialer = listens && tls !== undefined ? tls.dialer(raw) : raw;
  return {
    dial: (handlers) => dialer.dial(handlers),
    powerOff(keeps) {
      isAsleep = keeps !== "nothing";
      radio.powerOff(keeps);
    },
  };
}

function detached(why: string): StreamError {
  return { kind: "unreachable", message: `the device's radio lost its network (${why})` };
}
