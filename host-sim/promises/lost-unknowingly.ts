// Owns when a device's session was last lost at the broker in a way that the device cannot have learnt. Refuses to know what
// that did to its messages.

import { perDevice } from "./per-device.ts";
import type { Observer, OfKind, RunFacts } from "./promise.ts";

interface Device {
  /** CONNECT was sent, and no CONNACK came so far. */
  isUnanswered: boolean;
  isSessionKnown: boolean;
  lostMs: number;
  missedAnswerMs: number;
}

export interface LostUnknowingly {
  readonly observer: Required<
    Pick<Observer, "session" | "broker" | "sent" | "received" | "connected" | "closed" | "power">
  >;
  /** Whether it happened at `sinceMs` or later. Over a gateway no loss is learnt: the shore's session is not the device's. */
  since(device: number, sinceMs: number): boolean;
}

export function watchUnknownLosses(run: RunFacts): LostUnknowingly {
  let forgotMs = -1;
  const devices = perDevice(
    (): Device => ({ isUnanswered: false, isSessionKnown: false, lostMs: -1, missedAnswerMs: -1 }),
  );

  function miss({ device, atMs }: OfKind<"closed"> | OfKind<"power">): void {
    const of = devices(device);
    if (of.isUnanswered) of.missedAnswerMs = atMs;
    of.isUnanswered = false;
  }

  return {
    since(device, sinceMs) {
      const { lostMs, missedAnswerMs } = devices(device);
      const isLost = Math.max(lostMs, forgotMs) >= sinceMs;
      return isLost && (run.isGateway || run.protocol === "3.1" || missedAnswerMs >= sinceMs);
    },
    observer: {
      session({ device, what, atMs }) {
        const of = devices(device);
        // what is made before the device knows of any session takes none from it
        if (what !== "resumed" && of.isSessionKnown) of.lostMs = atMs;
      },
      broker({ hasForgotten, atMs }) {
        if (hasForgotten) forgotMs = atMs;
      },
      sent: {
        connect({ device }) {
          devices(device).isUnanswered = true;
        },
      },
      received: {
        connack({ device }) {
          devices(device).isUnanswered = false;
        },
      },
      connected({ device }) {
        devices(device).isSessionKnown = true;
      },
      closed: miss,
      power(happening) {
        miss(happening);
        if (happening.cause !== "sleep") devices(happening.device).isSessionKnown = false;
      },
    },
  };
}
