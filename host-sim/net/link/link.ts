// Owns one link: its two directions, its state, and the faults one may give it. Refuses to know what TCP does over it.

import { PassersBy } from "../../collections/passers-by.ts";
import type { Random } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import { type Availability, availabilityOf, upWhenAll } from "./availability.ts";
import { Blackholes } from "./blackholes.ts";
import { quantileDelay } from "./delay.ts";
import { createFades, type Fades } from "./fades.ts";
import type { Impairment } from "./impairment.ts";
import { type StateWatch, stateAt, watchState } from "./link-state.ts";
import { uniformLoss } from "./loss.ts";
import { type BurstSpells, burstLoss, burstSpells } from "./loss-bursts.ts";
import { createPacketChannel, type PacketChannel } from "./packet-channel.ts";
import type { LinkProfile } from "./profile.ts";
import { limitedRate } from "./rate.ts";
import { tracedRate } from "./trace-rate.ts";

export type LinkState = { readonly up: true } | { readonly up: false; readonly why: string };

export interface Link {
  readonly profile: LinkProfile;
  readonly state: LinkState;
  /** When the device's radio hears anybody: without what is wrong further on, and without blackholes. */
  readonly radioAvailability: Availability;
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

/** Everything that happens follows from the profile, the clock and the random numbers. Not for a gateway's profile. */
export function createLink(profile: LinkProfile, clock: Clock, random: Random): Link {
  if (profile.kind === "gateway") throw new RangeError(`${profile.name} is a gateway: it carries no packets`);
  return new ProfiledLink(profile, clock, random);
}

class ProfiledLink implements Link {
  readonly profile: LinkProfile;
  readonly radioAvailability: Availability;
  readonly uplink: PacketChannel;
  readonly downlink: PacketChannel;
  readonly #clock: Clock;
  readonly #availability: Blackholes;
  readonly #watch: StateWatch;
  readonly #connections = new PassersBy<() => void>();

  constructor(profile: LinkProfile, clock: Clock, random: Random) {
    const weather = weatherOf(profile, clock.nowMs, random);
    this.profile = profile;
    this.radioAvailability = upWhenAll(weather.atRadio);
    this.#clock = clock;
    this.#availability = new Blackholes(upWhenAll(weather.everywhere));
    this.#watch = watchState(clock, this.#availability);
    this.uplink = this.#channel(impairmentsOf(profile, "up", weather, clock.nowMs, random));
    this.downlink = this.#channel(impairmentsOf(profile, "down", weather, clock.nowMs, random));
  }

  get state(): LinkState {
    return stateAt(this.#availability, this.#clock.nowMs);
  }

  cut(): void {
    for (const cut of this.#connections.all()) cut();
  }

  blackhole(durationMs: number): void {
    const { nowMs } = this.#clock;
    this.#availability.add(nowMs, nowMs + durationMs);
    this.#watch.look();
  }

  onState(listener: (state: LinkState) => void): () => void {
    return this.#watch.subscribe(listener);
  }

  carry(cut: () => void): () => void {
    const release = this.#connections.add(() => {
      if (release()) cut();
    });
    return release;
  }

  #channel(impairments: readonly Impairment[]): PacketChannel {
    return createPacketChannel(this.#clock, this.#availability, impairments, this.profile.mtuBytes);
  }
}

/** What befalls both directions at once. */
interface Weather {
  readonly everywhere: readonly Availability[];
  readonly atRadio: readonly Availability[];
  readonly fades: Fades | null;
  readonly bursts: BurstSpells | null;
}

function weatherOf(profile: LinkProfile, startMs: number, random: Random): Weather {
  const outages = profile.availability.map((figures, index) => ({
    where: figures.where,
    part: availabilityOf(figures, startMs, random.stream(`availability-${index}`)),
  }));
  const fades = profile.fades && createFades(profile.fades, startMs, random.stream("fades"));
  return {
    everywhere: [...outages.map(({ part }) => part), ...(fades === null ? [] : [fades])],
    atRadio: outages.filter(({ where }) => where === "radio").map(({ part }) => part),
    fades,
    bursts: profile.burstLoss && burstSpells(profile.burstLoss, startMs, random.stream("bursts")),
  };
}

/** Lost in the air before the bottleneck is asked, as netem does; the way behind it adds its delay last. */
function impairmentsOf(
  profile: LinkProfile,
  direction: "up" | "down",
  weather: Weather,
  startMs: number,
  random: Random,
): readonly Impairment[] {
  const streams = random.scope(`link-${direction}`);
  const { lossPerThousand, burstLoss: burst } = profile;
  const parts: Impairment[] = [];
  if (lossPerThousand > 0) parts.push(uniformLoss(lossPerThousand / 1000, streams.stream("loss")));
  if (burst !== null && weather.bursts !== null)
    parts.push(burstLoss(burst, weather.bursts, streams.stream("burst")));
  parts.push(...bottleneckOf(profile, direction, weather, startMs));
  const delays = direction === "up" ? profile.upDelayMsQuantiles : profile.downDelayMsQuantiles;
  return [...parts, quantileDelay(delays, streams.stream("delay"))];
}

function bottleneckOf(
  { trace, queuePackets, upBitsPerSecond, downBitsPerSecond }: LinkProfile,
  direction: "up" | "down",
  { fades }: Weather,
  startMs: number,
): readonly Impairment[] {
  if (trace !== null) return [tracedRate(trace[direction], queuePackets, startMs)];
  const bitsPerSecond = direction === "up" ? upBitsPerSecond : downBitsPerSecond;
  if (bitsPerSecond === null) return [];
  return [limitedRate(bitsPerSecond, queuePackets, fades && factorOf(fades, direction))];
}

function factorOf(fades: Fades, direction: "up" | "down"): (atMs: number) => number {
  return direction === "up" ? (atMs) => fades.upFactorAt(atMs) : (atMs) => fades.downFactorAt(atMs);
}
