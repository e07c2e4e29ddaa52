// Owns a device's stream that goes over a link to the broker. Refuses to know MQTT.

import type { Clock } from "../../time/clock.ts";
import { type Dialer, RESET, type StreamHandlers } from "../stream.ts";
import { FarEnd } from "./far-end.ts";
import type { Link } from "./link.ts";
import type { PacketChannel } from "./packet-channel.ts";
import { TcpEndpoint } from "./tcp/endpoint.ts";
import { LWIP } from "./tcp/flavour.ts";
import { bytesOnWire, type Segment } from "./tcp/segment.ts";

/**
 * Dials over `link` what `inner` dials without it. The broker's stream is opened when the device's SYN has got
 * through, and ends when the modelled TCP learns that the device is gone: while the link is down it stays
 * open, and only the broker's own keep-alive notices.
 *
 *   device ── TcpEndpoint (lwIP) ~~~ link ~~~ TcpEndpoint (Linux) ── inner stream ── broker
 */
export function linkDialer(inner: Dialer, link: Link, clock: Clock): Dialer {
  return {
    dial(handlers) {
      let endsAlive = 2;
      const onGone = (): void => {
        endsAlive -= 1;
        if (endsAlive === 0) release();
      };
      const toBroker = over(link.uplink, (segment) => far.receive(segment));
      const toDevice = over(link.downlink, (segment) => near.receive(segment));
      const near = new TcpEndpoint(clock, LWIP, toBroker, alsoTelling(onGone, handlers));
      const far = new FarEnd(inner, clock, toDevice, onGone);
      const release = link.carry(() => {
        near.kill(RESET);
        far.cut();
      });
      near.connect();
      return near;
    },
  };
}

function over(channel: PacketChannel, deliver: (segment: Segment) => void): (segment: Segment) => void {
  return (segment) => channel.send(bytesOnWire(segment), () => deliver(segment));
}

function alsoTelling(onGone: () => void, handlers: StreamHandlers): StreamHandlers {
  return {
    onOpen: () => handlers.onOpen(),
    onData: (bytes) => handlers.onData(bytes),
    onDrain: () => handlers.onDrain(),
    onEnd: () => handlers.onEnd(),
    onClose(error) {
      onGone();
      handlers.onClose(error);
    },
  };
}
