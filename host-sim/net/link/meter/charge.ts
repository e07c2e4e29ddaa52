// Owns the charge a device's radio drew: currents added up over time, or events counted. Refuses to know money.

import type { Clock } from "../../../time/clock.ts";
import type { EnergyFigures } from "./figures.ts";

/** `off` has no power at all; `asleep` is a chip's deep sleep. */
export type PowerMode = "off" | "asleep" | "attaching" | "attached";

export interface ChargeMeter {
  /** From now on. */
  mode(mode: PowerMode): void;
  /** A connection to the broker was begun. */
  connected(): void;
  sent(bytes: number, hasPayload: boolean): void;
  /** So far; null when it is not modelled. */
  chargeMc(): number | null;
}

/** `dozes` says whether the radio sleeps between beacons while it is attached. */
export function createChargeMeter(energy: EnergyFigures | null, dozes: boolean, clock: Clock): ChargeMeter {
  if (energy === null) return UNMETERED;
  return energy.kind === "events" ? countedEvents(energy) : addedCurrents(energy, dozes, clock);
}

const UNMETERED: ChargeMeter = {
  mode: () => undefined,
  connected: () => undefined,
  sent: () => undefined,
  chargeMc: () => null,
};

function countedEvents({ attachMc, connectMc, publishMc }: EnergyFigures & { kind: "events" }): ChargeMeter {
  let chargeMc = 0;
  let now: PowerMode = "off";
  // The figure of a connection holds its CONNECT.
  let isConnectPaid = false;
  return {
    mode(mode) {
      if (mode === "attached" && now !== "attached") chargeMc += attachMc;
      now = mode;
    },
    connected() {
      chargeMc += connectMc;
      isConnectPaid = true;
    },
    sent(_bytes, hasPayload) {
      if (!hasPayload) return;
      if (!isConnectPaid) chargeMc += publishMc;
      isConnectPaid = false;
    },
    chargeMc: () => chargeMc,
  };
}

function addedCurrents(
  energy: EnergyFigures & { kind: "currents" },
  dozes: boolean,
  clock: Clock,
): ChargeMeter {
  return new AddedCurrents(energy, dozes, clock);
}

class AddedCurrents implements ChargeMeter {
  readonly #clock: Clock;
  readonly #txMa: number;
  readonly #airBitsPerSecond: number;
  readonly #currentMa: Readonly<Record<PowerMode, number>>;
  #chargeMc = 0;
  #nowMa: number;
  #sinceMs: number;

  constructor(energy: EnergyFigures & { kind: "currents" }, dozes: boolean, clock: Clock) {
    const { txMa, airBitsPerSecond, rxMa, modemSleepMa, deepSleepMa } = energy;
    this.#clock = clock;
    this.#txMa = txMa;
    this.#airBitsPerSecond = airBitsPerSecond;
    this.#currentMa = {
      off: 0,
      asleep: deepSleepMa,
      attaching: rxMa,
      attached: dozes ? modemSleepMa : rxMa,
    };
    this.#nowMa = this.#currentMa.off;
    this.#sinceMs = clock.nowMs;
  }

  mode(mode: PowerMode): void {
    this.#settle();
    this.#nowMa = this.#currentMa[mode];
  }

  connected(): void {}

  sent(bytes: number): void {
    this.#chargeMc += ((this.#txMa - this.#nowMa) * bytes * 8) / this.#airBitsPerSecond;
  }

  chargeMc(): number {
    this.#settle();
    return this.#chargeMc;
  }

  #settle(): void {
    const { nowMs } = this.#clock;
    this.#chargeMc += (this.#nowMa * (nowMs - this.#sinceMs)) / 1000;
    this.#sinceMs = nowMs;
  }
}
