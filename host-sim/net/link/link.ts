// Owns one link: its two directions, its state, and the faults one may give it. Refuses to know what TCP does over it.

import type { Random } from "../../random/random.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { type Availability, createBlackholes, repeatedOutage, upWhenAll } from "./availability.ts";
import { quantileDelay } from "./delay.ts";
import type { Impairment } from "./impairment.ts";
import { uniformLoss } from "./loss.ts";
import { createPacketChannel, type PacketChannel } from "./packet-channel.ts";
import type { LinkProfile } from "./profile.ts";
import { limitedRate } from "./rate.ts";

export type LinkState = { readonly up: true } | { readonly up: false; readonly why: string };

export interface Link {
  readonly profile: LinkProfile;
  readonly state: LinkState;
  /** Both ends of every connection see it end with a reset, now: no DISCONNECT, no FIN. The link stays up. */
  cut(): void;
  /** From now on nothing passes and nobody is told. What is on its way when it begins or ends is lost too. */
  blackhole(durationMs: number): void;
  /** Told of each change of the state. While somebody listens, a timer is pending: unsubscribe to let go. */
  onState(listener: (state: LinkState) => void): () => void;
  /** From the device to the broker, and back. */
  readonly uplink: PacketChannel;
  readonly downlink: PacketChannel;
  /** A connection over this link; `cut` will be called once at most, never after the answer was called. */
  carry(cut: () => void): () => void;
}

/** Everything that happens follows from the profile, the clock and the random numbers. */
export function createLink(profile: LinkProfile, clock: Clock, random: Random): Link {
  const blackholes = createBlackholes();
  const availability = upWhenAll([...outagesOf(profile, clock.nowMs), blackholes]);
  const watch = createStateWatch(clock, availability);
  const connections = new Set<() => void>();

  return {
    profile,
    get state() {
      return stateAt(availability, clock.nowMs);
    },
    cut() {
      for (const cut of [...connections]) cut();
    },
    blackhole(durationMs) {
      blackholes.add(clock.nowMs, clock.nowMs + durationMs);
      watch.look();
    },
    onState: watch.subscribe,
    uplink: createPacketChannel(clock, availability, impairmentsOf(profile, "up", random)),
    downlink: createPacketChannel(clock, availability, impairmentsOf(profile, "down", random)),
    carry(cut) {
      const once = (): void => {
        if (connections.delete(once)) cut();
      };
      connections.add(once);
      return () => connections.delete(once);
    },
  };
}

function outagesOf({ outage }: LinkProfile, startMs: number): readonly Availability[] {
  return outage === null ? [] : [repeatedOutage(startMs, outage.durationMs, outage.everyMs)];
}

/** Lost in the air before the bottleneck is asked, as netem does; the way behind it adds its delay last. */
function impairmentsOf(
  profile: LinkProfile,
  direction: "up" | "down",
  random: Random,
): readonly Impairment[] {
  const streams = random.scope(`link-${direction}`);
  const bitsPerSecond = direction === "up" ? profile.upBitsPerSecond : profile.downBitsPerSecond;
  return [
    uniformLoss(profile.lossPerThousand / 1000, streams.stream("loss")),
    ...(bitsPerSecond === null ? [] : [limitedRate(bitsPerSecond, profile.queuePackets)]),
    quantileDelay(profile.oneWayDelayMsQuantiles, streams.stream("delay")),
  ];
}

function stateAt(availability: Availability, atMs: number): LinkState {
  const why = availability.downWhy(atMs);
  return why === null ? { up: true } : { up: false, why };
}

interface StateWatch {
  /** To be called when the availability was changed from outside. */
  look(): void;
  subscribe(listener: (state: LinkState) => void): () => void;
}

function createStateWatch(clock: Clock, availability: Availability): StateWatch {
  const listeners = new Set<(state: LinkState) => void>();
  let lastWhy: string | null = null;
  let timer: Timer | null = null;

  function look(): void {
    timer?.cancel();
    timer = null;
    if (listeners.size === 0) return;
    const nextMs = availability.nextChangeMs(clock.nowMs);
    if (nextMs !== null) timer = clock.at(nextMs, look);
    const why = availability.downWhy(clock.nowMs);
    if (why === lastWhy) return;
    lastWhy = why;
    for (const listener of [...listeners]) listener(stateAt(availability, clock.nowMs));
  }

  function subscribe(listener: (state: LinkState) => void): () => void {
    if (listeners.size === 0) lastWhy = availability.downWhy(clock.nowMs);
    listeners.add(listener);
    look();
    return () => {
      listeners.delete(listener);
      look();
    };
  }

  return { look, subscribe };
}
