// Owns the search: inputs made of those that are kept, tried, and kept when they reach what none has. Knows nothing of how an input
// is tried.
import type { RandomStream } from "../../host-sim/random/random.ts";
import type { Tried } from "./one-input.ts";

const MOST_BYTES = 1200;

export interface Crash {
  readonly input: Uint8Array;
  readonly why: string;
}

export class Search {
  readonly #random: RandomStream;
  readonly #attempt: (input: Uint8Array) => Tried;
  readonly #reached = new Set<number>();
  readonly kept: Uint8Array[] = [];
  readonly crashes: Crash[] = [];
  tried = 0;
  steps = 0;

  constructor(random: RandomStream, attempt: (input: Uint8Array) => Tried) {
    this.#random = random;
    this.#attempt = attempt;
  }

  get edges(): number {
    return this.#reached.size;
  }

  /** Tries an input, and keeps it when it reaches something new. */
  add(input: Uint8Array): void {
    const { reached, steps, crash } = this.#attempt(input);
    this.tried += 1;
    this.steps += steps;
    if (crash !== null) {
      if (!this.crashes.some(({ why }) => why === crash)) this.crashes.push({ input, why: crash });
      return;
    }
    const before = this.#reached.size;
    for (let probe = 0; probe < reached.length; probe++) if (reached[probe] !== 0) this.#reached.add(probe);
    if (this.#reached.size > before) this.kept.push(input);
  }

  next(): void {
    const random = this.#random;
    if (this.kept.length === 0 || random.chance(0.02)) this.add(this.#fresh());
    else this.add(this.#changed(random.pick(this.kept)));
  }

  #fresh(): Uint8Array {
    const length = Math.ceil(this.#random.between(100, MOST_BYTES));
    return Uint8Array.from({ length }, () => this.#random.u32() & 255);
  }

  #at(bytes: Uint8Array): number {
    return Math.floor(this.#random.between(0, bytes.length));
  }

  /** One to a few changes: a bit, a byte, bytes taken out, put in, or those of another input behind its beginning. */
  #changed(input: Uint8Array): Uint8Array {
    const random = this.#random;
    let bytes: Uint8Array = Uint8Array.from(input);
    for (let changes = Math.ceil(random.exponential(2)); changes > 0; changes--) {
      const at = this.#at(bytes);
      const kind = random.unit();
      if (kind < 0.3) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.between(0, 8)));
      else if (kind < 0.6) bytes[at] = random.u32() & 255;
      else if (kind < 0.7) bytes = joined(bytes.subarray(0, at), bytes.subarray(at + random.pick([1, 2, 8])));
      else if (kind < 0.8)
        bytes = joined(bytes.subarray(0, at), this.#fresh().subarray(0, 16), bytes.subarray(at));
      else if (kind < 0.9) bytes = joined(bytes.subarray(0, at), this.#tail());
      else bytes = joined(bytes, this.#fresh());
      bytes = bytes.subarray(0, MOST_BYTES);
    }
    return bytes;
  }

  #tail(): Uint8Array {
    const other = this.#random.pick(this.kept);
    return other.subarray(this.#at(other));
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Few inputs that reach together what all do: those that reach the rarest, and no more of them than that takes. */
export function fewest(inputs: readonly Uint8Array[], attempt: (input: Uint8Array) => Tried): Uint8Array[] {
  const left = inputs.map((input) => {
    const { reached } = attempt(input);
    return { input, probes: [...reached.keys()].filter((probe) => reached[probe] !== 0) };
  });
  const covered = new Set<number>();
  const chosen: Uint8Array[] = [];
  for (;;) {
    const gains = left.map(({ input, probes }) => ({
      input,
      probes,
      gain: probes.filter((probe) => !covered.has(probe)).length,
    }));
    const best = gains.reduce((a, b) => (b.gain > a.gain ? b : a), {
      input: new Uint8Array(),
      probes: [] as number[],
      gain: 0,
    });
    if (best.gain === 0) return chosen;
    chosen.push(best.input);
    for (const probe of best.probes) covered.add(probe);
  }
}
