// Owns the finite queue before a bottleneck: who still waits. Refuses to know how fast the bottleneck is.

/** The moments at which packets leave, first in, first out. One that is being sent still counts. */
export class Departures {
  readonly #ring: Float64Array;
  #first = 0;
  #count = 0;

  constructor(packets: number) {
    this.#ring = new Float64Array(packets);
  }

  /** Moments never go back. */
  isFullAt(atMs: number): boolean {
    const { length } = this.#ring;
    while (this.#count > 0 && (this.#ring[this.#first] as number) <= atMs) {
      this.#first = (this.#first + 1) % length;
      this.#count -= 1;
    }
    return this.#count === length;
  }

  /** Not while it is full; no earlier than the one before. */
  add(departureMs: number): void {
    this.#ring[(this.#first + this.#count) % this.#ring.length] = departureMs;
    this.#count += 1;
  }
}
