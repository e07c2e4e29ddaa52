// Owns a device with radio, NAT and meter joined to a listener by a link, in virtual time, for tests. Refuses to know what is
// claimed.

import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { dialRecorded, type Recorded, recorded } from "../../__tests__/recorded-stream.ts";
import type { Accept } from "../../memory-stream.ts";
import type { StreamHandlers } from "../../stream.ts";
import type { Availability } from "../availability.ts";
import { type LayerFigures, type Layers, layersOf } from "../layers.ts";
import { createLink, type Link } from "../link.ts";
import { type LinkDialer, linkDialer } from "../link-dialer.ts";
import { parseLink } from "../overlay.ts";
import type { RadioFigures } from "../radio/figures.ts";
import type { SegmentEvent } from "../segment-tap.ts";

/** Attaches in a second, and notices silence after six. */
export const RADIO: RadioFigures = {
  coldAttachMs: [1000, 1000],
  cachedAttachMs: [500, 500],
  keptAttachMs: [100, 100],
  attachRetryMs: 100,
  beaconLossMs: 6000,
  announcedWhys: [],
  dhcpRetriesMs: [],
  modemSleep: null,
};

export interface LayeredPair extends Layers {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly dialer: LinkDialer;
  /** The listener's streams, in the order in which their SYNs came. */
  readonly accepted: readonly Recorded[];
  readonly segments: readonly SegmentEvent[];
  dial(reactions?: Partial<StreamHandlers>): Recorded;
  advanceMs(ms: number): void;
  /** To be said before the radio attaches: nothing passes then, and the radio may notice. */
  silenceFromMs(fromMs: number, durationMs: number): void;
}

interface Options {
  readonly link?: string;
  readonly figures?: Partial<LayerFigures>;
  readonly refuses?: boolean;
  readonly onBroker?: Partial<StreamHandlers>;
  readonly isTapped?: boolean;
}

export function layeredPair(options: Options = {}): LayeredPair {
  const clock = new VirtualClock();
  const random = createRandom(1);
  const link = createLink(parseLink(options.link ?? "perfect,delay=10ms"), clock, random.scope("link"));
  const silences: { readonly fromMs: number; readonly untilMs: number }[] = [];
  const radioAvailability: Availability = {
    downWhy: (atMs) => (silences.some((s) => s.fromMs <= atMs && atMs < s.untilMs) ? "ap-gone" : null),
    nextChangeMs: (afterMs) =>
      silences.flatMap((s) => [s.fromMs, s.untilMs]).find((ms) => ms > afterMs) ?? null,
  };
  const profile = {
    radio: null,
    nat: null,
    cost: null,
    energy: null,
    lossPerThousand: 0,
    ...options.figures,
  };
  const layers = layersOf({ profile, radioAvailability }, clock, random.scope("layers"), null);
  const accepted: Recorded[] = [];
  const segments: SegmentEvent[] = [];
  const accept: Accept = (stream) => {
    if (options.refuses) return null;
    let handlers: StreamHandlers | undefined;
    const take = (given: StreamHandlers): typeof stream => {
      handlers = given;
      return stream;
    };
    accepted.push(recorded(take, options.onBroker));
    return handlers as StreamHandlers;
  };
  const tap = options.isTapped ? { tap: (event: SegmentEvent) => segments.push(event) } : {};
  const dialer = linkDialer(accept, link, clock, { ...layers, ...tap });
  return {
    ...layers,
    clock,
    link,
    dialer,
    accepted,
    segments,
    dial: (reactions) => dialRecorded(dialer, reactions),
    advanceMs: (ms) => clock.runUntil(clock.nowMs + ms),
    silenceFromMs(fromMs, durationMs) {
      silences.push({ fromMs, untilMs: fromMs + durationMs });
      clock.at(fromMs, () => link.blackhole(durationMs));
    },
  };
}
