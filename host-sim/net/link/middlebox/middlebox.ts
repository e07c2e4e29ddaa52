// Owns the mappings of a NAT between the link and the broker, and how they are forgotten. Refuses to know what they carry.

import type { Clock } from "../../../time/clock.ts";

export interface NatFigures {
  /** A mapping that carried nothing in either direction for so long is dropped. */
  readonly idleMs: number;
  /** Packets without a mapping vanish; else the device's come through a new one, and the far host answers with a reset. */
  readonly isSilent: boolean;
}

export type UpVerdict = "pass" | "vanish" | "reset";

/** What the middlebox remembers of one connection. */
export interface Mapping {
  /** Of a packet from the device. A SYN makes the mapping, and makes it again. */
  up(isSyn: boolean): UpVerdict;
  /** True when a packet for the device finds its way. */
  down(): boolean;
}

export interface Middlebox {
  mapping(): Mapping;
  /** It forgets all of them, as at a restart. */
  dropAll(): void;
}

/** Null figures: mappings last, until they are dropped. Packets without one then vanish. */
export function createMiddlebox(figures: NatFigures | null, clock: Clock): Middlebox {
  return new Nat(figures, clock);
}

class Nat implements Middlebox {
  readonly clock: Clock;
  readonly idleMs: number;
  readonly withoutMapping: UpVerdict;
  /** How often it forgot all. */
  drops = 0;

  constructor(figures: NatFigures | null, clock: Clock) {
    this.clock = clock;
    this.idleMs = figures?.idleMs ?? Number.POSITIVE_INFINITY;
    this.withoutMapping = (figures?.isSilent ?? true) ? "vanish" : "reset";
  }

  mapping(): Mapping {
    return new NatMapping(this);
  }

  dropAll(): void {
    this.drops += 1;
  }
}

class NatMapping implements Mapping {
  readonly #nat: Nat;
  #isKnown = false;
  #lastMs = 0;
  #madeAfterDrops: number;

  constructor(nat: Nat) {
    this.#nat = nat;
    this.#madeAfterDrops = nat.drops;
  }

  up(isSyn: boolean): UpVerdict {
    const { nowMs } = this.#nat.clock;
    if (!isSyn && !this.#isAlive(nowMs)) return this.#nat.withoutMapping;
    this.#isKnown = true;
    this.#madeAfterDrops = this.#nat.drops;
    this.#lastMs = nowMs;
    return "pass";
  }

  down(): boolean {
    const { nowMs } = this.#nat.clock;
    if (!this.#isAlive(nowMs)) return false;
    this.#lastMs = nowMs;
    return true;
  }

  #isAlive(nowMs: number): boolean {
    const { drops, idleMs } = this.#nat;
    this.#isKnown &&= this.#madeAfterDrops === drops && nowMs - this.#lastMs < idleMs;
    return this.#isKnown;
  }
}
