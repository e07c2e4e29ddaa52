// Owns values by their numbers, where mostly few are there at a time, in the order in which they came. Refuses to know what they
// are.

/** So many are looked through one by one. */
const FEW = 16;

/** One of a few, and the one that came after it. */
interface Link<Value> {
  readonly number: number;
  value: Value;
  next: Link<Value> | null;
}

/**
 * A Map in all but its speed and size: V8 gives each Map a table, and makes it anew whenever the Map becomes empty. Where things
 * come and go one by one that is at each of them, and most of ten thousand devices' are empty at any moment.
 */
export class FewByNumber<Value> {
  #first: Link<Value> | null = null;
  #last: Link<Value> | null = null;
  #few = 0;
  /** Holds all of them once they are more than a few, until none is left. */
  #many: Map<number, Value> | null = null;

  get size(): number {
    return this.#many === null ? this.#few : this.#many.size;
  }

  get(number: number): Value | undefined {
    return this.#many === null ? this.#find(number)?.value : this.#many.get(number);
  }

  has(number: number): boolean {
    return this.#many === null ? this.#find(number) !== null : this.#many.has(number);
  }

  set(number: number, value: Value): void {
    if (this.#many !== null) {
      this.#many.set(number, value);
      return;
    }
    const known = this.#find(number);
    if (known !== null) known.value = value;
    else if (this.#few < FEW) this.#append({ number, value, next: null });
    else this.#becomeMany(number, value);
  }

  /** Answers whether it was there. */
  delete(number: number): boolean {
    if (this.#many !== null) {
      const wasThere = this.#many.delete(number);
      if (this.#many.size === 0) this.#many = null;
      return wasThere;
    }
    let before: Link<Value> | null = null;
    for (let link = this.#first; link !== null; link = link.next) {
      if (link.number === number) {
        this.#remove(link, before);
        return true;
      }
      before = link;
    }
    return false;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
    this.#few = 0;
    this.#many = null;
  }

  /** None may be added or deleted meanwhile. */
  *[Symbol.iterator](): IterableIterator<[number, Value]> {
    if (this.#many !== null) yield* this.#many;
    else for (let link = this.#first; link !== null; link = link.next) yield [link.number, link.value];
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this) yield value;
  }

  #find(number: number): Link<Value> | null {
    let link = this.#first;
    while (link !== null && link.number !== number) link = link.next;
    return link;
  }

  #append(link: Link<Value>): void {
    if (this.#last === null) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#few += 1;
  }

  #remove(link: Link<Value>, before: Link<Value> | null): void {
    if (before === null) this.#first = link.next;
    else before.next = link.next;
    if (this.#last === link) this.#last = before;
    this.#few -= 1;
    // An old one that is garbage would keep those after it from being collected young.
    link.next = null;
  }

  #becomeMany(number: number, value: Value): void {
    const many = new Map(this).set(number, value);
    this.clear();
    this.#many = many;
  }
}
