// Owns chance: every draw follows from a seed and a name. Refuses to know who draws, and what for.

import { createHash, randomInt } from "node:crypto";
import { normalQuantile } from "./normal.ts";

export interface Random {
  /**
   * The stream of that name, the same for the same seed whatever other streams exist. A name can be taken
   * once: two consumers of equal numbers would be correlated, and nothing would show it.
   */
  stream(name: string): RandomStream;
  /** A family of streams with names of its own, such as one a device. */
  scope(name: string): Random;
}

/** Each method takes a fixed number of draws, so that a changed argument does not shift what comes after. */
export interface RandomStream {
  u32(): number;
  /** In [0, 1). */
  unit(): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  exponential(mean: number): number;
  /** `exp` of a normal with mean `mu` and standard deviation `sigma`; its median is `exp(mu)`. */
  lognormal(mu: number, sigma: number): number;
  pick<T>(list: readonly T[]): T;
}

/** `seed` is an integer from 0 to 2^53 - 1. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed is an integer from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`);
  }
  return scopeOf([String(seed)]);
}

/** The one place where chance comes from outside. */
export function drawSeed(): number {
  return randomInt(2 ** 32);
}

function scopeOf(path: readonly string[]): Random {
  const taken = new Set<string>();
  function take(kind: string, name: string): readonly string[] {
    const key = `${kind} ${name}`;
    if (taken.has(key)) throw new Error(`the random ${kind} "${name}" is already taken`);
    taken.add(key);
    return [...path, kind, name];
  }
  return {
    stream: (name) => new Xoshiro128(stateFrom(take("stream", name))),
    scope: (name) => scopeOf(take("scope", name)),
  };
}

/** 128 bits of SHA-256: with a short hash, ten thousand devices' streams would meet by birthday. */
function stateFrom(path: readonly string[]): Uint32Array {
  const digest = createHash("sha256").update(JSON.stringify(path)).digest();
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
}

/** All draws but the words that they are made of. */
export abstract class Draws implements RandomStream {
  abstract u32(): number;

  unit(): number {
    return this.u32() / 2 ** 32;
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.unit();
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  // V8 computes log and exp in software, so they too are the same on every machine.
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  lognormal(mu: number, sigma: number): number {
    // in the middle of its step: neither 0 nor 1
    return Math.exp(mu + sigma * normalQuantile((this.u32() + 0.5) / 2 ** 32));
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[Math.floor(this.unit() * list.length)] as T;
  }
}

/**
 * xoshiro128** 1.1 by Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47
 * (2021), https://prng.di.unimi.it/xoshiro128starstar.c. The state must not be all zero.
 */
export class Xoshiro128 extends Draws {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  constructor(state: Uint32Array) {
    super();
    // Signed, as they are from the first step on: small integers to V8, which need no memory of their own.
    const [a = 0, b = 0, c = 0, d = 0] = Int32Array.from(state);
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  u32(): number {
    const b = this.#b;
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = rotateLeft(d, 11);
    return Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
