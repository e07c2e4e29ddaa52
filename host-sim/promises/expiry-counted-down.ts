// Owns the promise about readings that expire: what they have waited is counted down, and none is sent that is of no use any
// more, or dropped that still is or was ever sent. Refuses to know who expects them.

import { Property, propertyIn } from "../trace/packet-properties.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, Verdicts } from "./promise.ts";

interface OpenReading {
  readonly seq: number;
  readonly takenMs: number;
  /** In the present session. */
  isSent: boolean;
  wasEverSent: boolean;
  /** It may have been sent before MQTT 5, where nothing tells a reading from a notice. */
  isUntold: boolean;
}

interface Device {
  /** Accepted and not ended, in the order in which they are sent. */
  readonly open: OpenReading[];
  /** Of the present connection. */
  level: number;
}

const MQTT5 = 5;

/** Seconds are counted whole, and a device's clock goes wrong, the one that counts through a sleep by more. */
const WITHIN_SECONDS = 2;
const CLOCK_SHARE = 0.05;

export const expiryCountedDown: KeptPromise = {
  name: "expiry-counted-down",
  claim:
    "A reading that expires is sent with what is left of its time, not at all when nothing is, and is given up only then and unsent.",
  observe(run, verdicts) {
    const { readingExpirySeconds } = run;
    return readingExpirySeconds === null || run.isGateway ? {} : observe(readingExpirySeconds, verdicts);
  },
};

function observe(expirySeconds: number, verdicts: Verdicts): Observer {
  const devices = perDevice((): Device => ({ open: [], level: MQTT5 }));

  function faultInSending(packet: OfKind<"packet">, left: number): string | null {
    const reading = devices(packet.device).open.find(({ isSent }) => !isSent);
    if (reading === undefined) return "a reading was sent for the first time that none is";
    const isAgain = reading.wasEverSent;
    reading.isSent = true;
    reading.wasEverSent = true;
    const ageSeconds = (packet.atMs - reading.takenMs) / 1000;
    // one that an earlier session has sent is completed, though nothing is left
    const expected = isAgain ? Math.max(0, expirySeconds - ageSeconds) : expirySeconds - ageSeconds;
    if ((isAgain || left > 0) && Math.abs(expected - left) <= toleranceOf(ageSeconds)) return null;
    return `reading ${reading.seq} is ${Math.round(ageSeconds)} s old and says that ${left} of ${expirySeconds} s are left`;
  }

  function faultInEnd({ atMs, seq, end }: OfKind<"readingEnded">, reading: OpenReading): string | null {
    if (end !== "expired") return null;
    if (reading.wasEverSent) return `reading ${seq} ended as expired, and had been sent`;
    const ageSeconds = (atMs - reading.takenMs) / 1000;
    if (ageSeconds >= expirySeconds - toleranceOf(ageSeconds)) return null;
    return `reading ${seq} ended as expired after ${Math.round(ageSeconds)} of ${expirySeconds} s`;
  }

  function say(fault: string | null, atMs: number, device: number): void {
    if (fault === null) verdicts.held();
    else verdicts.broken(atMs, device, fault);
  }

  return {
    reading({ atMs, device, seq, refusal }) {
      if (refusal !== null) return;
      devices(device).open.push({ seq, takenMs: atMs, isSent: false, wasEverSent: false, isUntold: false });
    },
    readingEnded(happening) {
      const { open } = devices(happening.device);
      const at = open.findIndex(({ seq }) => seq === happening.seq);
      const [reading] = at < 0 ? [] : open.splice(at, 1);
      if (reading !== undefined) say(faultInEnd(happening, reading), happening.atMs, happening.device);
    },
    sent: {
      publish(packet) {
        const { open, level } = devices(packet.device);
        // what is sent again is completed, however old it is
        if (packet.isDup || packet.isStatus) return;
        if (level !== MQTT5 || open.some(({ isUntold }) => isUntold)) {
          for (const reading of open) reading.isUntold = true;
          return;
        }
        const left = propertyIn(packet.properties, Property.MessageExpiry);
        // a notice has none
        if (left !== null) say(faultInSending(packet, left), packet.atMs, packet.device);
      },
      connect({ device, level }) {
        devices(device).level = level;
      },
    },
    connected({ device, session }) {
      if (session !== "resumed") for (const reading of devices(device).open) reading.isSent = false;
    },
    power({ device, cause }) {
      if (cause !== "sleep") devices(device).open.length = 0;
    },
  };
}

function toleranceOf(ageSeconds: number): number {
  return WITHIN_SECONDS + ageSeconds * CLOCK_SHARE;
}
