// Owns the cells of a NOR flash: what programming and erasing do to bits, whole or broken off. Refuses to know time, pages and
// who asks.

import type { RandomStream } from "../../random/random.ts";

const ERASED = 0xff;
const BITS = 8;

/** Charge of a cell between what surely reads 1 and what surely reads 0; between the two it reads now so, now so. */
const SURELY_ONE = 0.25;
const SURELY_ZERO = 0.75;
/** Cells are not equally fast. */
const SPREAD = 0.5;

export class Cells {
  /** What the stable bits are; an unstable one is 0 here. */
  readonly #bytes: Uint8Array;
  /**
   * Bits that lost power half way, by address. They read differently from one time to the next: "UBIFS", section "unstable
   * bits issue", http://www.linux-mtd.infradead.org/doc/ubifs.html; that NOR has flips after a power cut too:
   * http://lists.infradead.org/pipermail/linux-mtd/2011-October/038179.html
   */
  readonly #unstable = new Map<number, number>();

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes).fill(ERASED);
  }

  /** Each unstable bit is drawn anew. */
  read(address: number, length: number, random: RandomStream): Uint8Array {
    const read = this.#bytes.slice(address, address + length);
    if (this.#unstable.size === 0) return read;
    for (let i = 0; i < length; i++) {
      const mask = this.#unstable.get(address + i);
      if (mask !== undefined) read[i] = (read[i] as number) | (random.u32() & mask);
    }
    return read;
  }

  /** The bits of a byte that cannot be relied on. */
  unstableAt(address: number): number {
    return this.#unstable.get(address) ?? 0;
  }

  /**
   * Programming can only make 1 into 0. False when the byte cannot be relied on to read as `value` afterwards; 0xff is what
   * drivers pad with, and asks for nothing.
   */
  program(address: number, value: number): boolean {
    const old = this.#bytes[address] as number;
    this.#bytes[address] = old & value;
    const unstable = this.unstableAt(address) & value;
    this.#setUnstable(address, unstable);
    return value === ERASED || (unstable === 0 && (old & value) === value);
  }

  /** Programming that was broken off after `progress`, above 0 and below 1: each bit on its way to 0 is somewhere on it. */
  programPartly(address: number, value: number, progress: number, random: RandomStream): void {
    const onTheirWay = ((this.#bytes[address] as number) | this.unstableAt(address)) & ~value & ERASED;
    this.#settle(address, onTheirWay, progress, random);
  }

  erase(from: number, to: number): void {
    this.#bytes.fill(ERASED, from, to);
    for (let address = from; address < to && this.#unstable.size > 0; address++)
      this.#unstable.delete(address);
  }

  /** Erasing that was broken off after `progress`, above 0 and below 1: each bit on its way to 1 is somewhere on it. */
  erasePartly(from: number, to: number, progress: number, random: RandomStream): void {
    for (let address = from; address < to; address++) {
      const onTheirWay = ~(this.#bytes[address] as number) & ERASED;
      this.#settle(address, onTheirWay, 1 - progress, random);
    }
  }

  /** The bits `onTheirWay` get a charge around `charge` each, and what follows from it; the others stay. */
  #settle(address: number, onTheirWay: number, charge: number, random: RandomStream): void {
    let settled = (this.#bytes[address] as number) & ~onTheirWay;
    let unstable = this.unstableAt(address) & ~onTheirWay;
    for (let bit = 0; bit < BITS; bit++) {
      const mask = 1 << bit;
      if ((onTheirWay & mask) === 0) continue;
      const own = charge + random.between(-SPREAD, SPREAD);
      if (own < SURELY_ONE) settled |= mask;
      else if (own < SURELY_ZERO) unstable |= mask;
    }
    this.#bytes[address] = settled;
    this.#setUnstable(address, unstable);
  }

  #setUnstable(address: number, mask: number): void {
    if (mask !== 0) this.#unstable.set(address, mask);
    else if (this.#unstable.size > 0) this.#unstable.delete(address);
  }
}
