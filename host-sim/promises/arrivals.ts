// Owns which numbers of a rising sequence have arrived, in memory that grows with the gaps alone. Refuses to know what is
// numbered.

/** `first`: and none above it came before. `late`: one above it did. `again`: it has been here. */
export type Arrival = "first" | "late" | "again";

export class Arrivals {
  #newest = 0;
  /** Below the newest, not arrived. */
  readonly #missing = new Set<number>();
  /** Above the newest, and not to be waited for. */
  readonly #neverComing = new Set<number>();

  get newest(): number {
    return this.#newest;
  }

  add(number: number): Arrival {
    if (number <= this.#newest) return this.#missing.delete(number) ? "late" : "again";
    for (let between = this.#newest + 1; between < number; between += 1) {
      if (!this.#neverComing.delete(between)) this.#missing.add(between);
    }
    this.#neverComing.delete(number);
    this.#newest = number;
    return "first";
  }

  /** It will not arrive, so its gap need not be kept. */
  giveUp(number: number): void {
    if (number > this.#newest) this.#neverComing.add(number);
    else this.#missing.delete(number);
  }
}
