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
  const idleMs = figures?.idleMs ?? Number.POSITIVE_INFINITY;
  const withoutMapping: UpVerdict = (figures?.isSilent ?? true) ? "vanish" : "reset";
  let drops = 0;

  function mapping(): Mapping {
    let isKnown = false;
    let lastMs = 0;
    let madeAfterDrops = drops;
    function isAlive(nowMs: number): boolean {
      isKnown &&= madeAfterDrops === drops && nowMs - lastMs < idleMs;
      return isKnown;
    }
    return {
      up(isSyn) {
        const { nowMs } = clock;
        if (!isSyn && !isAlive(nowMs)) return withoutMapping;
        isKnown = true;
        madeAfterDrops = drops;
        lastMs = nowMs;
        return "pass";
      },
      down() {
        const { nowMs } = clock;
        if (!isAlive(nowMs)) return false;
        lastMs = nowMs;
        return true;
      },
    };
  }

  return {
    mapping,
    dropAll() {
      drops += 1;
    },
  };
}
