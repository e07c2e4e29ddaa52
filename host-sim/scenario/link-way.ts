// Owns a device's way to the broker over a link of packets: its radio, its TCP, its TLS if it has one. Refuses to know MQTT.

import { layersOf } from "../net/link/layers.ts";
import { createLink, type Link } from "../net/link/link.ts";
import { type LinkDialer, linkDialer, type TlsEnds } from "../net/link/link-dialer.ts";
import type { EnergyFigures } from "../net/link/meter/figures.ts";
import type { Meter, MeterReading } from "../net/link/meter/meter.ts";
import type { Middlebox } from "../net/link/middlebox/middlebox.ts";
import type { LinkProfile } from "../net/link/profile.ts";
import type { RadioState } from "../net/link/radio/radio.ts";
import type { SegmentEvent } from "../net/link/segment-tap.ts";
import type { BoardTcp } from "../net/link/tcp/board-tcp.ts";
import { flavourOf } from "../net/link/tcp/flavour.ts";
import type { TlsFigures } from "../net/link/tls/figures.ts";
import { tlsFigures } from "../net/link/tls/measured.ts";
import { createTlsTickets, type TlsTickets, tlsAccept, tlsDialer } from "../net/link/tls/tls-stream.ts";
import { type Accept, memoryDialer } from "../net/memory-stream.ts";
import type { Dialer } from "../net/stream.ts";
import type { Random } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { WayIn } from "./bench.ts";
import type { Way } from "./way.ts";

export interface LinkWaySettings {
  readonly profile: LinkProfile;
  readonly tcp: BoardTcp;
  readonly energy: EnergyFigures | null;
}

export interface LinkWatchers {
  onRadio(state: RadioState, why: string | null): void;
  /** Null: nobody wants to know, which leaves out a timer for each change. */
  readonly onLink: ((downWhy: string | null) => void) | null;
  /** Null: segments are not looked at. */
  readonly onSegment: ((event: SegmentEvent) => void) | null;
}

export function createLinkWay(
  { profile, tcp, energy }: LinkWaySettings,
  wayIn: WayIn,
  clock: Clock,
  random: Random,
  watchers: LinkWatchers,
): Way {
  const link = createLink(profile, clock, random.scope("link"));
  const { radio, middlebox, meter } = layersOf(link, clock, random, energy);
  const tickets = createTlsTickets();
  const overLink = linkDialer(wayIn, link, clock, {
    radio,
    middlebox,
    meter,
    flavour: flavourOf(tcp),
    ...(watchers.onSegment !== null && { tap: watchers.onSegment }),
    ...(profile.tls !== null && { tls: tlsEnds(tlsFigures(profile.tls), clock, tickets) }),
  });
  radio.onState((state, why) => watchers.onRadio(state, why));
  const detour = createDetour(overLink, wayIn, link, clock);
  return new LinkWay({ link, middlebox, meter, tickets, overLink, detour }, watchLink(link, watchers.onLink));
}

interface WayParts {
  readonly link: Link;
  readonly middlebox: Middlebox;
  readonly meter: Meter;
  readonly tickets: TlsTickets;
  readonly overLink: LinkDialer;
  readonly detour: Detour;
}

class LinkWay implements Way {
  readonly #parts: WayParts;
  readonly #unwatch: () => void;

  constructor(parts: WayParts, unwatch: () => void) {
    this.#parts = parts;
    this.#unwatch = unwatch;
  }

  get dialer(): Dialer {
    return this.#parts.detour.dialer;
  }

  get meter(): MeterReading {
    return this.#parts.meter.snapshot();
  }

  cut(): void {
    this.#parts.link.cut();
  }

  blackhole(durationMs: number): void {
    this.#parts.link.blackhole(durationMs);
  }

  dropMappings(): void {
    this.#parts.middlebox.dropAll();
  }

  powerOff(keeps: "nothing" | "cache"): void {
    if (keeps === "nothing") this.#parts.tickets.forget();
    this.#parts.overLink.powerOff(keeps);
  }

  settle(): void {
    this.#parts.detour.open();
  }

  close(): void {
    this.#unwatch();
    this.#parts.detour.close();
    this.#parts.overLink.powerOff("nothing");
  }
}

function tlsEnds(figures: TlsFigures, clock: Clock, tickets: TlsTickets): TlsEnds {
  return {
    dialer: (inner) => tlsDialer(inner, { figures, clock, tickets }),
    accept: (inner) => tlsAccept(inner, { figures, clock }),
  };
}

function watchLink(link: Link, onLink: LinkWatchers["onLink"]): () => void {
  if (onLink === null) return () => undefined;
  return link.onState((state) => onLink(state.up ? null : state.why));
}

interface Detour {
  readonly dialer: Dialer;
  /** From now on the first failure of the link leads past it. */
  open(): void;
  close(): void;
}

function createDetour(overLink: Dialer, wayIn: WayIn, link: Link, clock: Clock): Detour {
  const direct = isListener(wayIn) ? memoryDialer(clock, wayIn) : wayIn;
  let isOpen = false;
  let unsubscribe: () => void = () => undefined;

  function leaveLink(): void {
    if (link.state.up || isOpen) return;
    isOpen = true;
    unsubscribe();
    link.cut();
  }

  return {
    dialer: { dial: (handlers) => (isOpen ? direct : overLink).dial(handlers) },
    open() {
      unsubscribe();
      unsubscribe = link.onState(leaveLink);
      leaveLink();
    },
    close: () => unsubscribe(),
  };
}

function isListener(wayIn: WayIn): wayIn is Accept {
  return typeof wayIn === "function";
}
