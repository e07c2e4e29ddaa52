// Owns what a device used of its link: bytes, money and charge. Refuses to know why.

import type { Clock } from "../../../time/clock.ts";
import { type ChargeMeter, createChargeMeter, type PowerMode } from "./charge.ts";
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
  return new LinkMeter(cost, createChargeMeter(energy, dozes, clock));
}

class LinkMeter implements Meter {
  readonly #cost: CostFigures | null;
  readonly #charge: ChargeMeter;
  #bytesUp = 0;
  #bytesDown = 0;
  #credits = 0;

  constructor(cost: CostFigures | null, charge: ChargeMeter) {
    this.#cost = cost;
    this.#charge = charge;
  }

  up(bytes: number, hasPayload: boolean): void {
    this.#bytesUp += bytes;
    this.#bill(bytes);
    this.#charge.sent(bytes, hasPayload);
  }

  down(bytes: number): void {
    this.#bytesDown += bytes;
    this.#bill(bytes);
  }

  connected(): void {
    this.#charge.connected();
  }

  mode(mode: PowerMode): void {
    this.#charge.mode(mode);
  }

  snapshot(): MeterReading {
    return {
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      costUsd: this.#costUsd(),
      chargeMc: this.#charge.chargeMc(),
    };
  }

  #costUsd(): number | null {
    if (this.#cost === null) return null;
    if (this.#cost.kind === "credits") return this.#credits * this.#cost.usdPerCredit;
    return ((this.#bytesUp + this.#bytesDown) / BYTES_PER_MEGABYTE) * this.#cost.usdPerMegabyte;
  }

  #bill(bytes: number): void {
    if (this.#cost?.kind !== "credits") return;
    this.#credits += Math.max(1, Math.ceil(bytes / this.#cost.creditBytes));
  }
}
