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
  { txMa, airBitsPerSecond, rxMa, modemSleepMa, deepSleepMa }: EnergyFigures & { kind: "currents" },
  dozes: boolean,
  clock: Clock,
): ChargeMeter {
  const currentMa: Readonly<Record<PowerMode, number>> = {
    off: 0,
    asleep: deepSleepMa,
    attaching: rxMa,
    attached: dozes ? modemSleepMa : rxMa,
  };
  let chargeMc = 0;
  let nowMa = currentMa.off;
  let sinceMs = clock.nowMs;

  function settle(): void {
    const { nowMs } = clock;
    chargeMc += (nowMa * (nowMs - sinceMs)) / 1000;
    sinceMs = nowMs;
  }

  return {
    mode(mode) {
      settle();
      nowMa = currentMa[mode];
    },
    connected: () => undefined,
    sent(bytes) {
      chargeMc += ((txMa - nowMa) * bytes * 8) / airBitsPerSecond;
    },
    chargeMc() {
      settle();
      return chargeMc;
    },
  };
}
