// Owns points at equal distances in time. Refuses to know what begins or ends at them.

export class Grid {
  readonly #firstMs: number;
  readonly #everyMs: number;

  /** Point 0 is at `firstMs`. */
  constructor(firstMs: number, everyMs: number) {
    this.#firstMs = firstMs;
    this.#everyMs = everyMs;
  }

  atMs(point: number): number {
    return this.#firstMs + point * this.#everyMs;
  }

  /** The last at or before that moment. They are compared with, never computed back from a time: a rounding would miss one. */
  pointBefore(atMs: number): number {
    const point = Math.floor((atMs - this.#firstMs) / this.#everyMs);
    if (atMs < this.atMs(point)) return point - 1;
    return atMs < this.atMs(point + 1) ? point : point + 1;
  }
}
