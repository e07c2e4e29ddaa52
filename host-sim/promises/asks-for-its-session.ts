// Owns the promise that a device of MQTT 5 asks for a new session when it has none of its own, and has it kept. Refuses to know
// what the broker answers.

import { Property, propertyIn } from "../trace/packet-properties.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";

const CLEAN_START = 0x02;
const MQTT5 = 5;

export const asksForItsSession: KeptPromise = {
  name: "asks-for-its-session",
  claim:
    "In MQTT 5 a device asks for a new session exactly when it has no state of its own, and to have it kept as long as was settled.",
  observe(run, verdicts) {
    const devices = perDevice(() => ({ hasSession: false }));

    function faultIn({ device, code: flags, properties }: OfKind<"packet">): string | null {
      const { hasSession } = devices(device);
      const isNew = (flags & CLEAN_START) !== 0;
      if (isNew && hasSession) return "a session was discarded that the device has state of";
      if (!isNew && !hasSession) return "a session was asked for that the device knows nothing of";
      const seconds = propertyIn(properties, Property.SessionExpiry) ?? 0;
      return seconds === run.sessionExpirySeconds ? null : `a session was asked for that lasts ${seconds} s`;
    }

    return {
      sent: {
        connect(packet) {
          if (packet.level !== MQTT5) return;
          const fault = faultIn(packet);
          if (fault === null) verdicts.held();
          else verdicts.broken(packet.atMs, packet.device, fault);
        },
      },
      connected({ device }) {
        devices(device).hasSession = true;
      },
      power({ device, cause }) {
        if (cause !== "sleep") devices(device).hasSession = false;
      },
    };
  },
};
