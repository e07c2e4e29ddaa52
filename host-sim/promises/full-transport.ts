// Owns what shows from outside that a device's transport may be full, and takes no packet. Refuses to know what follows from it.

import { faultSpan } from "./fault-spans.ts";
import { perDevice } from "./per-device.ts";
import type { OfKind, RunFacts } from "./promise.ts";

interface Device {
  /** Given to the transport since the peer was last heard. */
  bytesUnheard: number;
  /** When the first reading at QoS 0 was accepted that did not leave at once; null: none waits. */
  heldUpMs: number | null;
}

/** The handlers are for an observer to call, `packet` once it has judged that packet. */
export interface FullTransports {
  packet(happening: OfKind<"packet">): void;
  reading(happening: OfKind<"reading">): void;
  connected(happening: OfKind<"connected">): void;
  fault(happening: OfKind<"fault">): void;
  /** Whether that device's may be full at that moment, or may have been for a broker that read slowly since the other one. */
  mayBeFull(device: number, atMs: number, sinceMs: number): boolean;
}

/** The smallest send buffer of any board holds twice as much: below this, a transport takes another packet. */
const SURELY_TAKEN_BYTES = 512;
/** At QoS 0 nothing but a full transport holds a reading up for so long. */
const HELD_UP_MS = 1000;

export function fullTransports({ qos }: RunFacts): FullTransports {
  // a broker that reads slowly fills the send buffer although it can be heard
  const throttle = faultSpan("throttle");
  const devices = perDevice((): Device => ({ bytesUnheard: 0, heldUpMs: null }));
  return {
    packet({ way, device, bytes }) {
      const of = devices(device);
      if (way === "in") {
        of.bytesUnheard = 0;
        return;
      }
      of.heldUpMs = null;
      of.bytesUnheard += bytes;
    },
    reading({ atMs, device, refusal }) {
      if (qos === 0 && refusal === null) devices(device).heldUpMs ??= atMs;
    },
    connected({ device }) {
      devices(device).heldUpMs = null;
    },
    fault: throttle.see,
    mayBeFull(device, atMs, sinceMs) {
      const { bytesUnheard, heldUpMs } = devices(device);
      const isHeldUp = heldUpMs !== null && atMs - heldUpMs > HELD_UP_MS;
      return isHeldUp || bytesUnheard > SURELY_TAKEN_BYTES || throttle.lastedSince(sinceMs);
    },
  };
}
