// Owns a radio that attaches, and finds out when it no longer is attached. Refuses to know packets.

import type { RandomStream } from "../../../random/random.ts";
import type { Clock, Timer } from "../../../time/clock.ts";
import type { Availability } from "../availability.ts";
import type { RadioFigures, Span } from "./figures.ts";
import type { Kept, Radio, RadioState, StateListener } from "./radio.ts";

/** DISCOVER, OFFER, REQUEST, ACK. */
const DHCP_PACKETS = 4;

export class Modem implements Radio {
  state: RadioState = "off";
  readonly #figures: RadioFigures;
  readonly #air: Availability;
  readonly #clock: Clock;
  readonly #random: RandomStream;
  /** The share of DHCP exchanges that lose one of their packets. */
  readonly #exchangeFails: number;
  readonly #listeners = new Set<StateListener>();
  readonly #waiting = new Set<() => void>();
  /** What is still known of the last attachment. */
  #known: Kept = "nothing";
  #timer: Timer | null = null;
  #silentSinceMs: number | null = null;
  /** A moment at which it listens; the others follow by the beacons' period. */
  #listensAtMs = 0;

  constructor(
    figures: RadioFigures,
    air: Availability,
    clock: Clock,
    random: RandomStream,
    lossPerThousand: number,
  ) {
    this.#figures = figures;
    this.#air = air;
    this.#clock = clock;
    this.#random = random;
    this.#exchangeFails = 1 - (1 - lossPerThousand / 1000) ** DHCP_PACKETS;
  }

  attach(done: () => void): () => void {
    if (this.state === "attached") {
      done();
      return () => undefined;
    }
    // A function of its own: the same one may wait twice.
    const waiter = (): void => done();
    this.#waiting.add(waiter);
    if (this.state === "off") this.#startAttaching(null);
    return () => this.#waiting.delete(waiter);
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  powerOff(keeps: Kept): void {
    this.#disarm();
    this.#waiting.clear();
    this.#known = lesser(this.#known, keeps);
    if (this.state !== "off") this.#become("off", null);
  }

  hears(): boolean {
    return this.state === "attached" && this.#air.downWhy(this.#clock.nowMs) === null;
  }

  downlinkHoldMs(atMs: number): number {
    const { modemSleep } = this.#figures;
    if (modemSleep === null) return 0;
    const periodMs = modemSleep.beaconMs * modemSleep.listenInterval;
    const sinceMs = (atMs - this.#listensAtMs) % periodMs;
    return sinceMs === 0 ? 0 : periodMs - sinceMs;
  }

  #become(state: RadioState, why: string | null): void {
    this.state = state;
    for (const listener of [...this.#listeners]) listener(state, why);
  }

  #at(deadlineMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.at(deadlineMs, run);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #startAttaching(why: string | null): void {
    const hasLease = this.#known === "everything" || this.#figures.dhcpRetriesMs.length === 0;
    const takesMs = within(spanFor(this.#known, this.#figures), this.#random);
    this.#at(this.#clock.nowMs + takesMs, () => this.#whenHeard(() => this.#onAssociated(hasLease)));
    this.#become("attaching", why);
  }

  /** Attempts that must fail are passed over: an access point that is gone for a night costs no events. */
  #whenHeard(run: () => void): void {
    const { nowMs } = this.#clock;
    this.#timer = null;
    if (this.#air.downWhy(nowMs) === null) {
      run();
      return;
    }
    const changeMs = this.#air.nextChangeMs(nowMs);
    if (changeMs === null) return;
    const { attachRetryMs } = this.#figures;
    const attempts = Math.max(1, Math.ceil((changeMs - nowMs) / attachRetryMs));
    this.#at(nowMs + attempts * attachRetryMs, () => this.#whenHeard(run));
  }

  #onAssociated(hasLease: boolean): void {
    if (hasLease) this.#onAttached();
    else this.#askForLease(0);
  }

  /** What an exchange takes when it is answered is part of the span; one that loses a packet is waited for in vain. */
  #askForLease(attempts: number): void {
    if (!this.#random.chance(this.#exchangeFails)) {
      this.#onAttached();
      return;
    }
    const { dhcpRetriesMs } = this.#figures;
    const waitMs = dhcpRetriesMs[Math.min(attempts, dhcpRetriesMs.length - 1)] as number;
    this.#at(this.#clock.nowMs + waitMs, () => this.#whenHeard(() => this.#askForLease(attempts + 1)));
  }

  #onAttached(): void {
    const { modemSleep } = this.#figures;
    this.#known = "everything";
    this.#silentSinceMs = null;
    if (modemSleep !== null) {
      const periodMs = modemSleep.beaconMs * modemSleep.listenInterval;
      this.#listensAtMs = this.#clock.nowMs - this.#random.between(0, periodMs);
    }
    this.#become("attached", null);
    // Who was told may have cut the power.
    if (this.state !== "attached") return;
    this.#listenForBeacons();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter();
  }

  /** Looks when the air changes, and when it has been silent for too long. */
  #listenForBeacons(): void {
    const { beaconLossMs, announcedWhys } = this.#figures;
    if (beaconLossMs === null && announcedWhys.length === 0) return;
    const { nowMs } = this.#clock;
    const why = this.#air.downWhy(nowMs);
    this.#silentSinceMs = why === null ? null : (this.#silentSinceMs ?? nowMs);
    const lostAtMs = lostAt(this.#silentSinceMs, beaconLossMs);
    if (why !== null && (nowMs >= lostAtMs || announcedWhys.includes(why))) {
      this.#onDetached(why);
      return;
    }
    const lookMs = Math.min(this.#air.nextChangeMs(nowMs) ?? Number.POSITIVE_INFINITY, lostAtMs);
    if (lookMs === Number.POSITIVE_INFINITY) this.#disarm();
    else this.#at(lookMs, () => this.#listenForBeacons());
  }

  /** The lease is asked for again: who knows how long it has been, and whose access point answers now. */
  #onDetached(why: string): void {
    this.#known = lesser(this.#known, "cache");
    this.#startAttaching(why);
  }
}

function lostAt(silentSinceMs: number | null, beaconLossMs: number | null): number {
  return silentSinceMs === null || beaconLossMs === null
    ? Number.POSITIVE_INFINITY
    : silentSinceMs + beaconLossMs;
}

function spanFor(known: Kept, figures: RadioFigures): Span {
  if (known === "everything") return figures.keptAttachMs;
  return known === "cache" ? figures.cachedAttachMs : figures.coldAttachMs;
}

function within([fromMs, toMs]: Span, random: RandomStream): number {
  return random.between(fromMs, toMs);
}

const ORDER: readonly Kept[] = ["nothing", "cache", "everything"];

function lesser(a: Kept, b: Kept): Kept {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b;
}
