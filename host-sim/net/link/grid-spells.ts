// Owns spells that begin at the points of a grid in time. Refuses to know what they do to packets.

import { Points } from "../../random/philox.ts";
import type { RandomStream } from "../../random/random.ts";
import { type Length, Lengths } from "./length.ts";

/**
 * State 1 from each point of a grid on, for a length that is cut to the grid's; 0 in between. The grid lies anywhere. A
 * length is drawn by its point's number, so a year of them costs only those that somebody asks about. Moments that are
 * asked for never go back.
 */
export class GridSpells {
  readonly #everyMs: number;
  readonly #firstMs: number;
  readonly #points: Points;
  readonly #lengths: Lengths;
  /** Of the period that was asked about last; before the first point there is none. */
  #badUntilMs = Number.NEGATIVE_INFINITY;
  #nextMs = 0;

  constructor(startMs: number, everyMs: number, lengthMs: Length, random: RandomStream) {
    this.#everyMs = everyMs;
    this.#firstMs = startMs + random.unit() * everyMs;
    this.#nextMs = this.#firstMs;
    this.#points = new Points(random);
    this.#lengths = new Lengths(lengthMs, this.#points);
  }

  stateAt(atMs: number): 0 | 1 {
    if (atMs >= this.#nextMs) this.#look(atMs);
    return atMs < this.#badUntilMs ? 1 : 0;
  }

  #look(atMs: number): void {
    const point = this.#pointBefore(atMs);
    this.#points.goTo(point);
    this.#badUntilMs = this.#atPoint(point) + Math.min(this.#lengths.draw(), this.#everyMs);
    this.#nextMs = this.#atPoint(point + 1);
  }

  /** Points are compared with, never computed back from a time: a rounding would put a moment before its point. */
  #pointBefore(atMs: number): number {
    const point = Math.floor((atMs - this.#firstMs) / this.#everyMs);
    if (atMs < this.#atPoint(point)) return point - 1;
    return atMs < this.#atPoint(point + 1) ? point : point + 1;
  }

  #atPoint(point: number): number {
    return this.#firstMs + point * this.#everyMs;
  }
}
