// Owns a device that is attached whenever it is on. Refuses to know radios' troubles.

import type { Radio, RadioState, StateListener } from "./radio.ts";

export function createWire(): Radio {
  return new Wire();
}

class Wire implements Radio {
  state: RadioState = "off";
  readonly #listeners = new Set<StateListener>();

  attach(done: () => void): () => void {
    this.#become("attached");
    done();
    return () => undefined;
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  powerOff(): void {
    this.#become("off");
  }

  hears(): boolean {
    return this.state === "attached";
  }

  downlinkHoldMs(): number {
    return 0;
  }

  #become(state: RadioState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.#listeners]) listener(state, null);
  }
}
