// Owns the promise that every CONNECT for a session to stay sets the will. Refuses to know what the will says.

import type { KeptPromise } from "./promise.ts";

const CLEAN_SESSION = 0x02;
const WILL = 0x04;
const WILL_RETAIN = 0x20;
const MQTT5 = 5;
const RETAIN_NOT_SUPPORTED = 0x9a;

export const willAlwaysSet: KeptPromise = {
  name: "will-always-set",
  claim:
    "Every CONNECT sets the will, to be retained until the broker has refused that, but for those that only discard an old session.",
  observe(_run, verdicts) {
    // where flags are not told, all are 0
    let areTold = false;
    const refused = new Set<number>();
    return {
      received: {
        connack({ code, device }) {
          if (code === RETAIN_NOT_SUPPORTED) refused.add(device);
        },
      },
      sent: {
        connect({ code: flags, level, atMs, device }) {
          areTold ||= flags !== 0;
          // in MQTT 5 a CONNECT that discards an old session begins the new one
          if (!areTold || (level !== MQTT5 && (flags & CLEAN_SESSION) !== 0)) return;
          if ((flags & WILL) === 0) verdicts.broken(atMs, device, "CONNECT has no will");
          else if ((flags & WILL_RETAIN) !== 0 || refused.has(device)) verdicts.held();
          else verdicts.broken(atMs, device, "the will is not to be retained");
        },
      },
    };
  },
};
