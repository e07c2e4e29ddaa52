// Owns what waits for a device's next steps rather than for a moment, so that a cut can fall between any two of them. Refuses
// to know what a step is.

interface Wait {
  left: number;
  readonly run: () => void;
}

/** Shared by all who wait for nothing: most devices, for all their lives. */
const NOBODY: readonly Wait[] = [];

export class Steps {
  #waits: readonly Wait[] = NOBODY;

  /** Calls `run` right after so many steps from now; at once for none. */
  after(count: number, run: () => void): void {
    if (count <= 0) run();
    else this.#waits = [...this.#waits, { left: count, run }];
  }

  step(): void {
    if (this.#waits === NOBODY) return;
    const due: Wait[] = [];
    const waits: Wait[] = [];
    for (const wait of this.#waits) {
      wait.left -= 1;
      (wait.left === 0 ? due : waits).push(wait);
    }
    this.#waits = waits.length === 0 ? NOBODY : waits;
    for (const { run } of due) run();
  }

  /** Whoever waits waits no more. */
  clear(): void {
    this.#waits = NOBODY;
  }
}
