// Owns the promise that a session which is not yet subscribed asks for it before anything is published. Refuses to know what comes
// of a subscription.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

interface Device {
  isConnected: boolean;
  /** In the present session a SUBACK has come. */
  isAnswered: boolean;
  /** On the present connection a SUBSCRIBE has left. */
  hasAsked: boolean;
}

export const subscribesEveryTime: KeptPromise = {
  name: "subscribes-every-time",
  claim:
    "Until its subscriptions are answered, a device asks for them on every connection before it publishes.",
  observe(_run, verdicts) {
    const devices = perDevice((): Device => ({ isConnected: false, isAnswered: false, hasAsked: false }));
    return {
      connected({ device, session }) {
        const of = devices(device);
        of.isConnected = true;
        of.hasAsked = false;
        if (session !== "resumed") of.isAnswered = false;
      },
      sent: {
        subscribe({ device }) {
          devices(device).hasAsked = true;
          verdicts.held();
        },
        publish({ atMs, device }) {
          const of = devices(device);
          if (!of.isConnected || of.isAnswered || of.hasAsked) return;
          verdicts.broken(atMs, device, "a message was published before the subscriptions were asked for");
          of.hasAsked = true;
        },
      },
      received: {
        suback({ device }) {
          devices(device).isAnswered = true;
        },
      },
      // what leaves wants to hear nothing more
      goodbye({ device }) {
        devices(device).isConnected = false;
      },
      closed({ device }) {
        devices(device).isConnected = false;
      },
      power({ device, cause }) {
        const of = devices(device);
        of.isConnected = false;
        if (cause !== "sleep") of.isAnswered = false;
      },
    };
  },
};
