// Owns what is told of a link's availability: its state now, and each change. Refuses to know what makes it change.

import type { Clock, Timer } from "../../time/clock.ts";
import type { Availability } from "./availability.ts";
import type { LinkState } from "./link.ts";

export interface StateWatch {
  /** To be called when the availability was changed from outside. */
  look(): void;
  subscribe(listener: (state: LinkState) => void): () => void;
}

export function stateAt(availability: Availability, atMs: number): LinkState {
  const why = availability.downWhy(atMs);
  return why === null ? { up: true } : { up: false, why };
}

/** A timer is pending while somebody listens, and only then. */
export function watchState(clock: Clock, availability: Availability): StateWatch {
  const listeners = new Set<(state: LinkState) => void>();
  let lastWhy: string | null = null;
  let timer: Timer | null = null;

  function look(): void {
    timer?.cancel();
    timer = null;
    if (listeners.size === 0) return;
    const nextMs = availability.nextChangeMs(clock.nowMs);
    if (nextMs !== null) timer = clock.at(nextMs, look);
    const why = availability.downWhy(clock.nowMs);
    if (why === lastWhy) return;
    lastWhy = why;
    for (const listener of [...listeners]) listener(stateAt(availability, clock.nowMs));
  }

  function subscribe(listener: (state: LinkState) => void): () => void {
    if (listeners.size === 0) lastWhy = availability.downWhy(clock.nowMs);
    listeners.add(listener);
    look();
    return () => {
      listeners.delete(listener);
      look();
    };
  }

  return { look, subscribe };
}
