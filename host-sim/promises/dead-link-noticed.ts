// Owns the promise that a connection whose peer has fallen silent is closed in time. Refuses to know why the peer is silent.

import type { Agreed } from "./agreed.ts";
import { faultSpan } from "./fault-spans.ts";
import { fullTransports } from "./full-transport.ts";
import { boundsOf, toleranceMs } from "./liveness.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  isWatched: boolean;
  lastInMs: number;
  /** Whether a PINGREQ has left that is not answered. */
  hasAsked: boolean;
  /** When the last PINGREQ left that a full transport had held up. */
  heldUpUntilMs: number;
}

export const deadLinkNoticed: KeptPromise = {
  name: "dead-link-noticed",
  claim:
    "A connection is closed at the latest one keep-alive and one ping deadline after the peer's last byte, or one deadline after a PINGREQ that a full transport had held up.",
  observe,
};

function observe(run: RunFacts, verdicts: Verdicts, agreed: Agreed): Observer {
  const fragments = faultSpan("fragments");
  const transports = fullTransports(run);
  const devices = perDevice(
    (): Device => ({
      isWatched: false,
      lastInMs: 0,
      hasAsked: false,
      heldUpUntilMs: Number.NEGATIVE_INFINITY,
    }),
  );

  function isInTime(atMs: number, device: number, { lastInMs, heldUpUntilMs }: Device): boolean {
    const { keepAliveMs } = agreed(device);
    if (keepAliveMs === 0) return true;
    const { deadlineMsMax } = boundsOf(keepAliveMs, run);
    const isHeard = atMs - lastInMs <= withTolerance(keepAliveMs + deadlineMsMax);
    return isHeard || atMs - heldUpUntilMs <= withTolerance(deadlineMsMax);
  }

  function judge(atMs: number, device: number, of: Device): void {
    if (!of.isWatched || isInTime(atMs, device, of)) return;
    if (fragments.lastedSince(of.lastInMs)) verdicts.excused("fragments");
    else {
      const seconds = Math.round((atMs - of.lastInMs) / 1000);
      verdicts.broken(atMs, device, `the peer was silent for ${seconds} s on one connection`);
    }
  }

  function ask(atMs: number, device: number, of: Device): void {
    judge(atMs, device, of);
    // the deadline is that of the first that is not answered
    if (of.hasAsked) return;
    of.hasAsked = true;
    const { pingIntervalMs } = boundsOf(agreed(device).keepAliveMs, run);
    const isLate = atMs - of.lastInMs > withTolerance(pingIntervalMs);
    if (isLate && transports.mayBeFull(device, atMs, of.lastInMs)) of.heldUpUntilMs = atMs;
  }

  function see({ way, type, atMs, device }: OfKind<"packet">): void {
    const of = devices(device);
    if (way === "in") {
      judge(atMs, device, of);
      of.lastInMs = atMs;
      if (type === PacketType.Pingresp) of.hasAsked = false;
    } else if (type === PacketType.Pingreq) {
      ask(atMs, device, of);
    } else if (type === PacketType.Connect) {
      of.hasAsked = false;
    }
  }

  return {
    packet(happening) {
      see(happening);
      transports.packet(happening);
    },
    reading: transports.reading,
    connected(happening) {
      devices(happening.device).isWatched = true;
      transports.connected(happening);
    },
    closed({ atMs, device }) {
      const of = devices(device);
      if (of.isWatched && isInTime(atMs, device, of)) verdicts.held();
      else judge(atMs, device, of);
      of.isWatched = false;
    },
    // while it says goodbye it waits for its status alone
    goodbye({ device }) {
      devices(device).isWatched = false;
    },
    power({ device }) {
      devices(device).isWatched = false;
    },
    fault(happening) {
      fragments.see(happening);
      transports.fault(happening);
    },
    end({ atMs }) {
      for (let device = 1; device <= run.devices; device += 1) judge(atMs, device, devices(device));
    },
  };
}

function withTolerance(spanMs: number): number {
  return spanMs + toleranceMs(spanMs);
}
