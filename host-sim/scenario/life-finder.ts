// Owns the question which life of a device published a reading, where its way to the broker does not say. Refuses to know who
// asks.

import type { Happening } from "../trace/happening.ts";
import { seqIn } from "../trace/seq.ts";

interface Taken {
  readonly life: number;
  readonly thousandths: number | null;
}

/** Less than the last decimal that a reading is published with. */
const WITHIN_THOUSANDTHS = 10;

export class LifeFinder {
  /** By device, then by the reading's number: the newest life last. */
  readonly #taken: Map<number, Taken[]>[] = [];
  readonly #life: number[] = [];

  see(happening: Happening): void {
    if (happening.kind === "power") this.#life[happening.device] = happening.life;
    if (happening.kind !== "reading") return;
    const { device, life, seq, thousandths } = happening;
    this.#taken[device] ??= new Map();
    const bySeq = this.#taken[device];
    const lives = bySeq.get(seq);
    if (lives === undefined) bySeq.set(seq, [{ life, thousandths }]);
    else lives.push({ life, thousandths });
  }

  /** The newest that took a reading of that number and temperature; for what is no reading, the present one. */
  of(device: number, payload: string): number {
    const present = this.#life[device] ?? 0;
    const seq = seqIn(payload);
    const lives = seq === null ? undefined : this.#taken[device]?.get(seq);
    if (lives === undefined) return present;
    const celsius = /"celsius":(-?[\d.]+|null)/.exec(payload)?.[1] ?? "null";
    const match = lives.findLast(({ thousandths }) => isSame(thousandths, celsius));
    return (match ?? lives.at(-1))?.life ?? present;
  }
}

function isSame(thousandths: number | null, celsius: string): boolean {
  if (thousandths === null || celsius === "null") return thousandths === null && celsius === "null";
  return Math.abs(Number(celsius) * 1000 - thousandths) < WITHIN_THOUSANDTHS;
}
