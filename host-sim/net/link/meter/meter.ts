// Owns what a device used of its link: bytes, money and charge. Refuses to know why.

import type { Clock } from "../../../time/clock.ts";
import { createChargeMeter, type PowerMode } from "./charge.ts";
import type { CostFigures, EnergyFigures } from "./figures.ts";

/** What is not modelled is null. */
export interface MeterReading {
  /** On the link, IP and TCP headers and repetitions included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly costUsd: number | null;
  readonly chargeMc: number | null;
}

export interface Meter {
  /** One packet; or one message, where a link carries messages, and 0 bytes are a look into an empty mailbox. */
  up(bytes: number, hasPayload: boolean): void;
  down(bytes: number): void;
  /** The device begins a connection to the broker. */
  connected(): void;
  /** What the device does from now on. */
  mode(mode: PowerMode): void;
  snapshot(): MeterReading;
}

export interface MeterFigures {
  readonly cost: CostFigures | null;
  readonly energy: EnergyFigures | null;
  /** The radio sleeps between beacons; absent: it does not. */
  readonly dozes?: boolean;
}

const BYTES_PER_MEGABYTE = 1_000_000;

export function createMeter({ cost, energy, dozes = false }: MeterFigures, clock: Clock): Meter {
  const charge = createChargeMeter(energy, dozes, clock);
  const creditBytes = cost?.kind === "credits" ? cost.creditBytes : null;
  let bytesUp = 0;
  let bytesDown = 0;
  let credits = 0;

  function costUsd(): number | null {
    if (cost === null) return null;
    if (cost.kind === "credits") return credits * cost.usdPerCredit;
    return ((bytesUp + bytesDown) / BYTES_PER_MEGABYTE) * cost.usdPerMegabyte;
  }

  function bill(bytes: number): void {
    if (creditBytes !== null) credits += Math.max(1, Math.ceil(bytes / creditBytes));
  }

  return {
    up(bytes, hasPayload) {
      bytesUp += bytes;
      bill(bytes);
      charge.sent(bytes, hasPayload);
    },
    down(bytes) {
      bytesDown += bytes;
      bill(bytes);
    },
    connected: charge.connected,
    mode: charge.mode,
    snapshot: () => ({ bytesUp, bytesDown, costUsd: costUsd(), chargeMc: charge.chargeMc() }),
  };
}
