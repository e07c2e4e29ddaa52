// Owns things that come and go one by one, in the order in which they came. Refuses to know what they are.

interface Place<Item> {
  readonly item: Item;
  before: Place<Item> | null;
  after: Place<Item> | null;
  isLeft: boolean;
}

/**
 * A Set in all but its table: V8 makes that anew now and then, and the old one points to the new one and to what it held itself.
 * An old one that is garbage keeps all that came after it from being collected young: in a year, every connection.
 */
export class PassersBy<Item> {
  #first: Place<Item> | null = null;
  #last: Place<Item> | null = null;

  /** Answers how it leaves again; that answers whether it was still there. */
  add(item: Item): () => boolean {
    const place: Place<Item> = { item, before: this.#last, after: null, isLeft: false };
    if (this.#last === null) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    return () => this.#leave(place);
  }

  /** Those who are there now, whoever comes or leaves meanwhile. */
  all(): readonly Item[] {
    const items: Item[] = [];
    for (let place = this.#first; place !== null; place = place.after) items.push(place.item);
    return items;
  }

  #leave(place: Place<Item>): boolean {
    if (place.isLeft) return false;
    const { before, after } = place;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    place.isLeft = true;
    place.before = null;
    place.after = null;
    return true;
  }
}
