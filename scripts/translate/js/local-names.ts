// Owns what the locals of one routine are called: JavaScript's `var` has one scope a function, so namesakes in different
// blocks need different names. Knows nothing of what they hold.
import type { Local } from "../../portable/model.ts";

/** Names that the image's own parts have. */
const TAKEN: ReadonlySet<string> = new Set(["bytes", "scratch"]);

export class LocalNames {
  readonly #names = new Map<Local, string>();
  readonly #used = new Set<string>(TAKEN);

  /** `taken` are the names outside that the routine may use. */
  constructor(taken: Iterable<string>) {
    for (const name of taken) this.#used.add(name);
  }

  nameOf(local: Local): string {
    const known = this.#names.get(local);
    if (known !== undefined) return known;
    const name = this.#free(local.name);
    this.#names.set(local, name);
    this.#used.add(name);
    return name;
  }

  /** Gives a local a name that nobody else has. */
  call(local: Local, name: string): void {
    this.#names.set(local, name);
    this.#used.add(name);
  }

  #free(wanted: string): string {
    if (!this.#used.has(wanted)) return wanted;
    let number = 2;
    while (this.#used.has(`${wanted}$${number}`)) number += 1;
    return `${wanted}$${number}`;
  }
}
