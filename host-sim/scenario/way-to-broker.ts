// Owns a device's way to the broker: over its link as long as the faults last, past it afterwards. Refuses to know MQTT.

import type { Link } from "../net/link/link.ts";
import { linkDialer } from "../net/link/link-dialer.ts";
import type { Dialer } from "../net/stream.ts";
import type { Clock } from "../time/clock.ts";

export interface WayToBroker {
  readonly dialer: Dialer;
  /**
   * The link gives no more trouble. While it is up it goes on as it is; once it is down, what hangs in it is cut, and the
   * device finds a way without it.
   */
  makeSafe(): void;
  /** Lets go of the link. */
  close(): void;
}

export function createWayToBroker(direct: Dialer, link: Link, clock: Clock): WayToBroker {
  const overLink = linkDialer(direct, link, clock);
  let isPast = false;
  let unsubscribe: () => void = () => undefined;

  function leaveLink(): void {
    if (link.state.up) return;
    isPast = true;
    link.cut();
  }

  return {
    dialer: { dial: (handlers) => (isPast ? direct : overLink).dial(handlers) },
    makeSafe() {
      unsubscribe();
      unsubscribe = link.onState(leaveLink);
      leaveLink();
    },
    close: () => unsubscribe(),
  };
}
