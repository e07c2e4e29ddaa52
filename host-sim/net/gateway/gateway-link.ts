// Owns a device's way to a broker over a message gateway: the modem beside it, the network, the shore. Refuses to know what the
// device measures.
//
//   client ── MQTT ── modem endpoint ── queue ── exchanges ~~ network ~~ shore ── MQTT ── broker
//                              ▲                     │                     │
//                              └── message ──────────┴────── mailbox ◀─────┘

import type { Random } from "../../random/random.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { LinkState } from "../link/link.ts";
import type { Meter } from "../link/meter/meter.ts";
import { type Accept, memoryDialer } from "../memory-stream.ts";
import type { Dialer } from "../stream.ts";
import { Carriage } from "./carriage.ts";
import { type ExchangeCounts, Exchanges } from "./exchanges.ts";
import type { GatewayFigures } from "./figures.ts";
import { decodeDown } from "./mapping.ts";
import { ModemEndpoint } from "./modem-endpoint.ts";
import { NameTable } from "./names.ts";
import { Shore, type ShoreCounts } from "./shore.ts";
import { ShoreMailbox } from "./shore-mailbox.ts";
import { Sky } from "./sky.ts";
import { UpQueue } from "./up-queue.ts";

export interface GatewaySurroundings {
  /** The broker's listener, or the way to a real broker. */
  readonly broker: Accept | Dialer;
  readonly meter?: Pick<Meter, "up" | "down">;
}

export interface GatewayCounts extends Readonly<ExchangeCounts>, Readonly<ShoreCounts> {
  /** Connections that the modem ended, because it cannot carry what it was given. */
  readonly refused: number;
  readonly lastRefusal: string | null;
  /** QoS 0 messages for which the queue had no place, and those that waited too long in it. */
  readonly dropped: number;
  readonly expired: number;
  /** Now, in the modem; and for it, on shore. */
  readonly queued: number;
  readonly mailed: number;
}

export interface GatewayLink {
  /** The device's. */
  readonly dialer: Dialer;
  /** Whether there is a satellite. The client is not told: its connection ends at the modem. */
  readonly state: LinkState;
  readonly counts: GatewayCounts;
  /** The line between client and modem breaks, for a moment. */
  cut(): void;
  /** Nothing gets through for so long, and what is under way is lost. */
  blackhole(durationMs: number): void;
  /** Told of each change of the state. While somebody listens, a timer is pending. */
  onState(listener: (state: LinkState) => void): () => void;
  /** Device and modem lose all they hold. */
  powerOff(): void;
  /** The network gives no more trouble: all that waits is carried now. */
  settle(): void;
  /** Lets go of timers and of the broker. */
  close(): void;
}

const UNMETERED: Pick<Meter, "up" | "down"> = { up: () => undefined, down: () => undefined };

export function createGatewayLink(
  figures: GatewayFigures,
  clock: Clock,
  random: Random,
  { broker, meter = UNMETERED }: GatewaySurroundings,
): GatewayLink {
  const sky = new Sky(figures.passes, clock.nowMs, random.stream("passes"));
  const queue = new UpQueue(clock, figures.queueMessages, figures.expiryMs);
  const names = new NameTable();
  const mailbox = new ShoreMailbox(figures.mailboxMessages);
  const endpoint: ModemEndpoint = new ModemEndpoint({
    queue,
    upBytes: figures.upBytes,
    owedMax: figures.queueMessages,
    lastTried: () => exchanges.lastTried,
    onChange: () => exchanges.look(),
  });
  const shore = new Shore({
    clock,
    dialer: typeof broker === "function" ? memoryDialer(clock, broker) : broker,
    mailbox,
    downBytes: figures.downBytes,
    silentAfterMs: figures.silentAfterMs,
    onMail: () => exchanges.look(),
  });
  const carriage = new Carriage(clock, figures.deliveryMs, random.stream("delivery"), (bytes) =>
    shore.receive(bytes),
  );
  const exchanges: Exchanges = new Exchanges({
    figures,
    clock,
    random: random.stream("exchanges"),
    sky,
    queue,
    names,
    mailbox,
    carriage,
    meter,
    canTakeMail: () => endpoint.canTakeMail,
    onMail: (bytes) => endpoint.give(decodeDown(bytes)),
  });
  const watch = watchSky(sky, clock);

  return {
    dialer: memoryDialer(clock, endpoint.accept),
    get state() {
      return stateAt(sky, clock.nowMs);
    },
    get counts() {
      const { refused, lastRefusal } = endpoint;
      const { dropped, expired, length: queued } = queue;
      const held = { refused, lastRefusal, dropped, expired, queued, mailed: mailbox.length };
      return { ...exchanges.counts, ...shore.counts, ...held };
    },
    cut: () => endpoint.cut(),
    blackhole(durationMs) {
      sky.hide(clock.nowMs, durationMs);
      watch.look();
    },
    onState: watch.subscribe,
    powerOff() {
      endpoint.powerOff();
      exchanges.powerOff();
      queue.clear();
    },
    settle() {
      sky.open();
      carriage.settle();
      exchanges.settle();
      watch.look();
    },
    close() {
      exchanges.powerOff();
      carriage.close();
      shore.close();
      watch.close();
    },
  };
}

function stateAt(sky: Sky, atMs: number): LinkState {
  const why = sky.downWhy(atMs);
  return why === null ? { up: true } : { up: false, why };
}

interface SkyWatch {
  /** To be called when the sky was changed from outside. */
  look(): void;
  subscribe(listener: (state: LinkState) => void): () => void;
  close(): void;
}

function watchSky(sky: Sky, clock: Clock): SkyWatch {
  const listeners = new Set<(state: LinkState) => void>();
  let timer: Timer | null = null;
  let lastWhy = sky.downWhy(clock.nowMs);

  function look(): void {
    timer?.cancel();
    timer = null;
    if (listeners.size === 0) return;
    const changeMs = sky.nextChangeMs(clock.nowMs);
    if (changeMs !== null) timer = clock.at(changeMs, look);
    const why = sky.downWhy(clock.nowMs);
    if (why === lastWhy) return;
    lastWhy = why;
    for (const listener of [...listeners]) listener(stateAt(sky, clock.nowMs));
  }

  function subscribe(listener: (state: LinkState) => void): () => void {
    if (listeners.size === 0) lastWhy = sky.downWhy(clock.nowMs);
    listeners.add(listener);
    look();
    return () => {
      listeners.delete(listener);
      look();
    };
  }

  return { look, subscribe, close: () => timer?.cancel() };
}
