// Owns chance that is asked for by number: any point of a row, without those before it. Refuses to know who asks.

import { Draws, type RandomStream } from "./random.ts";

const WORDS = 4;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** The golden ratio, and the square root of three less one. */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** A row of points, each with a stream of its own. What nobody asks for costs nothing, and shifts nothing. */
export class Points extends Draws {
  readonly #key0: number;
  readonly #key1: number;
  readonly #salt: number;
  readonly #words = new Uint32Array(WORDS);
  #point = 0;
  #blocks = 0;
  #used = WORDS;

  /** The row follows from the next three words of `random`. */
  constructor(random: RandomStream) {
    super();
    this.#key0 = random.u32();
    this.#key1 = random.u32();
    this.#salt = random.u32();
  }

  /** From now on the draws are that point's, from its first on. `point` is an integer from 0 to 2^32 - 1. */
  goTo(point: number): this {
    this.#point = point;
    this.#blocks = 0;
    this.#used = WORDS;
    return this;
  }

  u32(): number {
    if (this.#used === WORDS) this.#encryptNext();
    return this.#words[this.#used++] as number;
  }

  #encryptNext(): void {
    const words = this.#words;
    words[0] = this.#point;
    words[1] = this.#blocks++;
    words[2] = this.#salt;
    words[3] = 0;
    philox4x32(words, this.#key0, this.#key1);
    this.#used = 0;
  }
}

/**
 * Philox4x32-10 by Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11 (2011),
 * https://github.com/DEShawResearch/random123. Encrypts a counter, in place.
 */
export function philox4x32(counter: Uint32Array, key0: number, key1: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = counter;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIER_0, a);
    const high1 = highProduct(MULTIPLIER_1, c);
    const low0 = Math.imul(MULTIPLIER_0, a);
    const low1 = Math.imul(MULTIPLIER_1, c);
    a = high1 ^ b ^ (key0 + round * WEYL_0);
    b = low1;
    c = high0 ^ d ^ (key1 + round * WEYL_1);
    d = low0;
  }
  counter[0] = a;
  counter[1] = b;
  counter[2] = c;
  counter[3] = d;
}

/** The upper half of the 64 bits, from products of halves that a double holds exactly. */
function highProduct(left: number, right: number): number {
  const low = right & 0xffff;
  const high = right >>> 16;
  const carried = (left * low) / 65_536;
  return Math.floor((left * high + Math.floor(carried)) / 65_536) | 0;
}
