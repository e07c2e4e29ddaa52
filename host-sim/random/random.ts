// Owns chance: every draw follows from a seed and a name. Refuses to know who draws, and what for.

import { createHash, randomInt } from "node:crypto";

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
    stream: (name) => streamFrom(xoshiro128StarStar(stateFrom(take("stream", name)))),
    scope: (name) => scopeOf(take("scope", name)),
  };
}

/** 128 bits of SHA-256: with a short hash, ten thousand devices' streams would meet by birthday. */
function stateFrom(path: readonly string[]): Uint32Array {
  const digest = createHash("sha256").update(JSON.stringify(path)).digest();
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
}

/**
 * xoshiro128** 1.1 by Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47
 * (2021), https://prng.di.unimi.it/xoshiro128starstar.c. The state must not be all zero.
 */
export function xoshiro128StarStar(state: Uint32Array): () => number {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function streamFrom(u32: () => number): RandomStream {
  const unit = (): number => u32() / 2 ** 32;
  // V8 computes log, exp and cos in software, so they too are the same on every machine.
  const exponential = (mean: number): number => -mean * Math.log(1 - unit());
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return {
    u32,
    unit,
    between: (from, to) => from + (to - from) * unit(),
    chance: (p) => unit() < p,
    exponential,
    lognormal: (mu, sigma) => Math.exp(mu + sigma * normal()),
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError("nothing to pick from");
      return list[Math.floor(unit() * list.length)] as T;
    },
  };
}
