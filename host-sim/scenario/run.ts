// Owns the course of a run on any clock: start, faults, end of sampling, drain, goodbye. Refuses to know what becomes of what
// happens in it, and whether its time is real.

import type { Core } from "../device/core.ts";
import type { Random } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import type { Bench } from "./bench.ts";
import { scheduleFaults } from "./fault-schedule.ts";
import type { Ledger } from "./ledger.ts";
import type { EndLimits, RunResult, RunSettings } from "./run-settings.ts";
import { createStation, type Station } from "./station.ts";

export interface RunSurroundings {
  readonly core: Core;
  readonly clock: Clock;
  readonly random: Random;
  readonly bench: Bench;
  /** It is told what happens through `observer`; the run asks it what has arrived. */
  readonly ledger: Ledger;
  readonly observer: (happening: Happening) => void;
  /** Whether each TCP segment is to be told too. */
  readonly tellsSegments: boolean;
  /** Whether each change of a link is. */
  readonly tellsLink: boolean;
}

/** In a hurry the steps of the end stay together below the five seconds that a goodbye is given. */
const IN_A_HURRY: EndLimits = { drainMs: 2000, statusMs: 500, goodbyeMs: 1000, arrivalMs: 500 };

/** How often the steps of the end look whether they are done. */
const LOOK_MS = 20;

export class Run {
  readonly #settings: RunSettings;
  readonly #around: RunSurroundings;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #stations: readonly Station[];
  readonly #memoryAtStart: number;
  readonly #timers: Timer[] = [];
  #onOver: (result: RunResult) => void = () => undefined;
  #sampledMs: number | null = null;
  #isHurried = false;
  #callOffFaults: () => void = () => undefined;

  /** Time 0 of what it tells is now. Throws `DeviceRefused` for settings that do not fit. */
  constructor(settings: RunSettings, around: RunSurroundings) {
    this.#settings = settings;
    this.#around = around;
    this.#clock = around.clock;
    this.#startMs = around.clock.nowMs;
    this.#stations = settings.names.map((name, index) => this.#createStation(name, index + 1));
    this.#memoryAtStart = around.core.memoryBytes;
  }

  get elapsedMs(): number {
    return this.#clock.nowMs - this.#startMs;
  }

  /** `onOver` is called once, unless the run is closed before. */
  start(onOver: (result: RunResult) => void): void {
    const { faults, forMs, giveUpMs, downlink } = this.#settings;
    this.#onOver = onOver;
    // before the devices start, so that the reading that would be due at the very end is not taken
    if (forMs !== null) this.#after(forMs, () => this.#endSampling());
    if (giveUpMs !== null) this.#after(giveUpMs, () => this.#giveUpIfNeverConnected());
    const targets = { stations: this.#stations, bench: this.#around.bench };
    this.#callOffFaults = scheduleFaults(faults, targets, this.#clock, (fault) =>
      this.#around.observer({ kind: "fault", atMs: this.elapsedMs, fault }),
    );
    for (const [index, command] of downlink.entries()) {
      this.#after(command.atMs, () => this.#around.bench.command(command, index + 1));
    }
    for (const station of this.#stations) station.start();
  }

  /** Ends now, and is quick about it. */
  hurry(): void {
    this.#isHurried = true;
    this.#endSampling();
  }

  /** Lets go of everything, at whatever step it is. */
  close(): void {
    this.#callOffFaults();
    for (const timer of this.#timers) timer.cancel();
    for (const station of this.#stations) station.close();
  }

  #createStation(name: string, device: number): Station {
    const { core, clock, random, bench, observer, tellsSegments, tellsLink } = this.#around;
    return createStation(device, name, this.#settings, {
      core,
      clock,
      random: random.scope(`device-${device}`),
      wayIn: (life) => bench.wayIn(device, life),
      startMs: this.#startMs,
      observer,
      tellsSegments,
      tellsLink,
    });
  }

  #after(delayMs: number, run: () => void): void {
    this.#timers.push(after(this.#clock, delayMs, run));
  }

  get #limits(): EndLimits {
    const { ending } = this.#settings;
    return this.#isHurried
      ? { ...IN_A_HURRY, drainMs: Math.min(IN_A_HURRY.drainMs, ending.drainMs) }
      : ending;
  }

  #hasConnected(): boolean {
    return this.#around.ledger.devices.some(({ connections }) => connections > 0);
  }

  #giveUpIfNeverConnected(): void {
    if (!this.#hasConnected()) this.#endSampling();
  }

  #endSampling(): void {
    if (this.#sampledMs !== null) return;
    this.#callOffFaults();
    this.#sampledMs = Math.min(this.#settings.forMs ?? Number.POSITIVE_INFINITY, this.elapsedMs);
    for (const station of this.#stations) station.settle();
    this.#around.bench.settle();
    this.#around.observer({ kind: "samplingEnded", atMs: this.elapsedMs });
    this.#drain();
  }

  /** Until nothing waits and every device could say goodbye. */
  #drain(): void {
    const { giveUpMs } = this.#settings;
    const patienceMs =
      giveUpMs === null || this.#hasConnected() ? Number.POSITIVE_INFINITY : giveUpMs - this.elapsedMs;
    this.#until(
      () => this.#stations.every(({ state }) => state.isConnected && state.waiting === 0),
      () => Math.min(this.#limits.drainMs, patienceMs),
      () => this.#sayGoodbye(),
    );
  }

  #sayGoodbye(): void {
    let left = 0;
    const { statusMs } = this.#limits;
    for (const station of this.#stations) {
      station.goodbye(statusMs, () => {
        left += 1;
      });
    }
    this.#until(
      () => left === this.#stations.length,
      () => this.#limits.goodbyeMs,
      () => this.#awaitArrivals(),
    );
  }

  #awaitArrivals(): void {
    this.#until(
      () => this.#hasAllArrived(),
      () => this.#limits.arrivalMs,
      () => this.#finish(),
    );
  }

  /** A subscriber has it a little later than the device has its acknowledgement. */
  #hasAllArrived(): boolean {
    const { awaited, devices } = this.#around.ledger;
    return (
      awaited === 0 &&
      devices.every(({ connections, lastStatus }) => connections === 0 || lastStatus?.status === "offline")
    );
  }

  #finish(): void {
    const { core, bench, ledger } = this.#around;
    for (const station of this.#stations) station.inspect();
    const meters = this.#stations.map(({ meter }) => meter);
    this.#onOver({
      sampledMs: this.#sampledMs ?? this.elapsedMs,
      endMs: this.elapsedMs,
      willsFired: bench.willsFired() ?? sum(ledger.devices, (device) => device.offlineUnasked),
      bytesUp: sum(meters, ({ bytesUp }) => bytesUp),
      bytesDown: sum(meters, ({ bytesDown }) => bytesDown),
      chargeMc: sumOrNull(meters.map(({ chargeMc }) => chargeMc)),
      costUsd: sumOrNull(meters.map(({ costUsd }) => costUsd)),
      memoryGrowthBytes: core.memoryBytes - this.#memoryAtStart,
      waiting: this.#stations.map(({ state }) => state.waiting),
    });
  }

  /** Looks again and again until it is so or the limit has passed, which a hurry may bring nearer. */
  #until(isSo: () => boolean, limitMs: () => number, then: () => void): void {
    const startMs = this.#clock.nowMs;
    const look = (): void => {
      if (isSo() || this.#clock.nowMs - startMs >= limitMs()) then();
      else this.#after(LOOK_MS, look);
    };
    look();
  }
}

function sum<T>(list: readonly T[], amountOf: (one: T) => number): number {
  return list.reduce((total, one) => total + amountOf(one), 0);
}

/** What one does not model, all together do not. */
function sumOrNull(amounts: readonly (number | null)[]): number | null {
  return amounts.reduce<number | null>(
    (total, amount) => (total === null || amount === null ? null : total + amount),
    0,
  );
}
