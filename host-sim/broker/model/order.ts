// Owns the order in which a client must answer on one connection. Refuses to know what the answers are about.

/** Ids that are to be answered, each once, in the order in which they were sent. */
export class Order {
  readonly #ids: number[] = [];

  /** One that was sent twice may be answered once or twice. */
  expect(id: number): void {
    if (!this.#ids.includes(id)) this.#ids.push(id);
  }

  /** False when another should have been answered before it. One that is not expected here is for others to judge. */
  answer(id: number): boolean {
    if (this.#ids[0] === id) {
      this.#ids.shift();
      return true;
    }
    return !this.#ids.includes(id);
  }
}
