// Owns values by their numbers, where mostly few are there at a time, in the order in which they came. Refuses to know what they
// are.

/** So many are looked through one by one. */
const FEW = 16;

/**
 * A Map in all but its speed: V8 makes a Map's table anew whenever the Map becomes empty, and where things come and go one by one
 * that is at each of them.
 */
export class FewByNumber<Value> {
  readonly #numbers: number[] = [];
  readonly #values: Value[] = [];
  /** Holds all of them once they are more than a few, until none is left. */
  #many: Map<number, Value> | null = null;

  get size(): number {
    return this.#many === null ? this.#numbers.length : this.#many.size;
  }

  get(number: number): Value | undefined {
    if (this.#many !== null) return this.#many.get(number);
    const at = this.#numbers.indexOf(number);
    return at < 0 ? undefined : this.#values[at];
  }

  has(number: number): boolean {
    return this.#many === null ? this.#numbers.includes(number) : this.#many.has(number);
  }

  set(number: number, value: Value): void {
    if (this.#many !== null) {
      this.#many.set(number, value);
      return;
    }
    const at = this.#numbers.indexOf(number);
    if (at >= 0) {
      this.#values[at] = value;
    } else if (this.#numbers.length < FEW) {
      this.#numbers.push(number);
      this.#values.push(value);
    } else {
      this.#many = new Map(this).set(number, value);
      this.#numbers.length = 0;
      this.#values.length = 0;
    }
  }

  /** Answers whether it was there. */
  delete(number: number): boolean {
    if (this.#many !== null) {
      const wasThere = this.#many.delete(number);
      if (this.#many.size === 0) this.#many = null;
      return wasThere;
    }
    const at = this.#numbers.indexOf(number);
    if (at < 0) return false;
    removeAt(this.#numbers, at);
    removeAt(this.#values, at);
    return true;
  }

  clear(): void {
    this.#numbers.length = 0;
    this.#values.length = 0;
    this.#many = null;
  }

  /** None may be added or deleted meanwhile. */
  *[Symbol.iterator](): IterableIterator<[number, Value]> {
    if (this.#many !== null) yield* this.#many;
    else for (const [at, number] of this.#numbers.entries()) yield [number, this.#values[at] as Value];
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this) yield value;
  }
}

/** Nearly always it is the first, and `splice` makes an array of what it takes out. */
function removeAt(list: unknown[], at: number): void {
  if (at === 0) list.shift();
  else list.splice(at, 1);
}
