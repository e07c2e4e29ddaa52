// Owns the promise that a device is never silent for longer than its keep-alive. Refuses to know what it sends.

import { faultSpan } from "./fault-spans.ts";
import { boundsOf, toleranceMs } from "./liveness.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  isWatched: boolean;
  sinceMs: number;
  /** Given to the transport since the peer was last heard. */
  bytesUnheard: number;
  /** When the first reading at QoS 0 was accepted that did not leave at once; null: none waits. */
  heldUpMs: number | null;
}

/** The smallest send buffer of any board holds twice as much: below this, a transport takes another packet. */
const SURELY_TAKEN_BYTES = 512;
/** At QoS 0 nothing but a full transport holds a reading up for so long. */
const HELD_UP_MS = 1000;

export const keepAliveKept: KeptPromise = {
  name: "keep-alive-kept",
  claim: "On an accepted connection no longer than the keep-alive passes between two packets of the device.",
  observe: (run, verdicts) => (run.keepAliveSeconds === 0 ? {} : observe(run, verdicts)),
};

function observe(run: RunFacts, verdicts: Verdicts): Observer {
  const { keepAliveMs } = boundsOf(run);
  const lateMs = keepAliveMs + toleranceMs(keepAliveMs);
  // a broker that reads slowly fills the send buffer although it can be heard
  const throttle = faultSpan("throttle");
  const devices = perDevice(
    (): Device => ({ isWatched: false, sinceMs: 0, bytesUnheard: 0, heldUpMs: null }),
  );

  /** [MQTT3-3.1.2-23] */
  function judge(atMs: number, device: number, of: Device): void {
    const { isWatched, sinceMs } = of;
    if (!isWatched || isBlocked(atMs, of)) return;
    const gapMs = atMs - sinceMs;
    if (gapMs <= lateMs) verdicts.held();
    else if (!throttle.lastedSince(sinceMs)) {
      verdicts.broken(atMs, device, `nothing was sent for ${Math.round(gapMs / 1000)} s`);
    }
  }

  return {
    packet({ way, type, atMs, device, bytes }) {
      const of = devices(device);
      if (way === "in") {
        of.bytesUnheard = 0;
        if (type === PacketType.Connack) of.sinceMs = atMs;
        return;
      }
      judge(atMs, device, of);
      of.sinceMs = atMs;
      of.heldUpMs = null;
      of.bytesUnheard += bytes;
    },
    reading({ atMs, device, refusal }) {
      if (run.qos === 0 && refusal === null) devices(device).heldUpMs ??= atMs;
    },
    connected({ device }) {
      const of = devices(device);
      of.isWatched = true;
      of.heldUpMs = null;
    },
    closed({ atMs, device }) {
      const of = devices(device);
      judge(atMs, device, of);
      of.isWatched = false;
    },
    goodbye({ device }) {
      devices(device).isWatched = false;
    },
    power({ device }) {
      devices(device).isWatched = false;
    },
    fault: throttle.see,
  };
}

function isBlocked(atMs: number, { bytesUnheard, heldUpMs }: Device): boolean {
  return bytesUnheard > SURELY_TAKEN_BYTES || (heldUpMs !== null && atMs - heldUpMs > HELD_UP_MS);
}
