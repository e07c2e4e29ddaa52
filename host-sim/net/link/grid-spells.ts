// Owns spells that begin at the points of a grid in time. Refuses to know what they do to packets.

import { Points } from "../../random/philox.ts";
import type { RandomStream } from "../../random/random.ts";
import { Grid } from "./grid.ts";
import { type Length, Lengths } from "./length.ts";

/**
 * State 1 from each point of a grid on, for a length that is cut to the grid's; 0 in between. The grid lies anywhere. A
 * length is drawn by its point's number, so a year of them costs only those that somebody asks about. Moments that are
 * asked for never go back.
 */
export class GridSpells {
  readonly #everyMs: number;
  readonly #grid: Grid;
  readonly #points: Points;
  readonly #lengths: Lengths;
  /** Of the period that was asked about last; before the first point there is none. */
  #badUntilMs = Number.NEGATIVE_INFINITY;
  #nextMs = 0;

  constructor(startMs: number, everyMs: number, lengthMs: Length, random: RandomStream) {
    this.#everyMs = everyMs;
    this.#grid = new Grid(startMs + random.unit() * everyMs, everyMs);
    this.#nextMs = this.#grid.atMs(0);
    this.#points = new Points(random);
    this.#lengths = new Lengths(lengthMs, this.#points);
  }

  stateAt(atMs: number): 0 | 1 {
    if (atMs >= this.#nextMs) this.#look(atMs);
    return atMs < this.#badUntilMs ? 1 : 0;
  }

  #look(atMs: number): void {
    const point = this.#grid.pointBefore(atMs);
    this.#points.goTo(point);
    this.#badUntilMs = this.#grid.atMs(point) + Math.min(this.#lengths.draw(), this.#everyMs);
    this.#nextMs = this.#grid.atMs(point + 1);
  }
}
