// Owns the short numbers that stand for a device's topics, as one end of a gateway knows them. Refuses to know messages.

/** A number is 0 to 126: one more bit says that its text follows, and 127 stands for a text without a number. */
export const NAMES_MAX = 127;

export class NameTable {
  readonly #texts: (string | undefined)[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #agreed = new Set<string>();

  clear(): void {
    this.#texts.length = 0;
    this.#indexOf.clear();
    this.#agreed.clear();
  }

  /** The text's number, a free one if it has none yet; null when all are taken. */
  assign(text: string): number | null {
    const known = this.#indexOf.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length === NAMES_MAX) return null;
    this.learn(this.#texts.length, text);
    return this.#texts.length - 1;
  }

  learn(index: number, text: string): void {
    this.#texts[index] = text;
    this.#indexOf.set(text, index);
  }

  textAt(index: number): string | undefined {
    return this.#texts[index];
  }

  /** Whether the other end is known to have it, so that the number alone will do. */
  isAgreed(text: string): boolean {
    return this.#agreed.has(text);
  }

  agree(text: string): void {
    if (this.#indexOf.has(text)) this.#agreed.add(text);
  }
}
