// Owns the promise about the version that a device asks for: MQTT 5, and 3.1.1 only on the broker's clear word and for a day.
// Refuses to know what the versions differ in.

import { protocolLevel } from "../words/protocol.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";

interface Device {
  /** When the broker last refused MQTT 5; null: it did not in this life. */
  refusedMs: number | null;
}

const DAY_MS = 86_400_000;
/** The oscillators that count through a sleep are wrong by less. */
const CLOCK_SHARE = 0.05;

const UNSUPPORTED_VERSION = 0x84;
/** As a broker says it that knows nothing of 5: in four bytes. */
const OLD_UNACCEPTABLE_VERSION = 1;
const OLD_CONNACK_BYTES = 4;

export const versionAgreed: KeptPromise = {
  name: "version-agreed",
  claim:
    "A device asks for the version that was settled: 3.1.1 in place of 5 only once the broker has refused 5, and for a day.",
  observe(run, verdicts) {
    const wanted = protocolLevel(run.protocol);
    const devices = perDevice((): Device => ({ refusedMs: null }));

    /** In words; null for the right one. */
    function faultIn({ atMs, device, level }: OfKind<"packet">): string | null {
      const { refusedMs } = devices(device);
      const sinceMs = refusedMs === null ? Number.POSITIVE_INFINITY : atMs - refusedMs;
      if (level === wanted) {
        return sinceMs < DAY_MS * (1 - CLOCK_SHARE) ? "MQTT 5 was tried again before a day was over" : null;
      }
      if (wanted !== 5 || level !== 4) return `protocol level ${level} was asked for`;
      if (refusedMs === null) return "3.1.1 was asked for, and nobody has refused MQTT 5";
      return sinceMs > DAY_MS * (1 + CLOCK_SHARE) ? "MQTT 5 was not tried again after a day" : null;
    }

    return {
      sent: {
        connect(packet) {
          // where levels are not told, all are 0
          if (packet.level === 0) return;
          const fault = faultIn(packet);
          if (fault === null) verdicts.held();
          else verdicts.broken(packet.atMs, packet.device, fault);
        },
      },
      received: {
        connack({ atMs, device, level, code, bytes }) {
          if (level !== 5) return;
          const isOld = code === OLD_UNACCEPTABLE_VERSION && bytes === OLD_CONNACK_BYTES;
          if (isOld || code === UNSUPPORTED_VERSION) devices(device).refusedMs = atMs;
        },
      },
      power({ device, cause }) {
        if (cause !== "sleep") devices(device).refusedMs = null;
      },
    };
  },
};
