// Owns chance that is no chance: every draw is a byte or two of an input, so that the input is all that happens. Knows nothing of
// what is drawn.
import { Draws } from "../../host-sim/random/random.ts";

export class ByteStream extends Draws {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    super();
    this.#bytes = bytes;
    this.#at = from;
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  u32(): number {
    return this.#byte() * 0x01010101;
  }

  override unit(): number {
    return (this.#byte() * 256 + this.#byte()) / 65536;
  }

  override pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[this.#byte() % list.length] as T;
  }
}
