// Owns lengths that fill something exactly, and one more and one less: where a comparison that is off by its equality shows.
// Knows a device's capacities, and nothing of what is done with the lengths.
import type { RandomStream } from "../../host-sim/random/random.ts";

/** A PUBLISH with a head of two bytes, the topic's length and the packet id. */
const HEAD_BYTES: readonly number[] = [4, 5, 6, 7];
const PREFIX_BYTES = 2;

export class Fits {
  readonly #random: RandomStream;
  readonly #receive: number;
  readonly #outbox: number;
  readonly #textBytes: number;
  /** Of the messages accepted last. */
  readonly #stored: number[] = [];

  /** Capacities as `init` takes them. */
  constructor(random: RandomStream, capacities: readonly number[]) {
    this.#random = random;
    this.#receive = capacities[0] ?? 0;
    this.#outbox = capacities[1] ?? 0;
    this.#textBytes = capacities[6] ?? 0;
  }

  /** A message of so many bytes was accepted. */
  stored(bytes: number): void {
    this.#stored.push(bytes);
    if (this.#stored.length > 4) this.#stored.shift();
  }

  /** A payload that fills the outbox with its topic, what the last messages leave of it, or the place of one of them. */
  payload(topicBytes: number): number {
    const last = this.#stored.at(-1) ?? 0;
    const all = this.#stored.reduce((sum, bytes) => sum + bytes, 0);
    const room = this.#random.pick([
      this.#outbox,
      this.#outbox - last,
      this.#outbox - all,
      last,
      this.#outbox >> 1,
    ]);
    return this.#about(room - topicBytes);
  }

  /** A topic on the spot that fills the outbox. */
  topic(): number {
    return Math.min(65_535, this.#about(this.#outbox - PREFIX_BYTES));
  }

  /** A text that fills the pool alone, or together with another. */
  text(): number {
    return this.#about((this.#textBytes >> this.#random.pick([0, 1])) - PREFIX_BYTES);
  }

  /** The payload of a PUBLISH that fills the receive buffer. */
  incoming(topicBytes: number): number {
    return this.#about(this.#receive - topicBytes - this.#random.pick(HEAD_BYTES));
  }

  /** Room for exactly one packet with these bytes in it. */
  room(bytes: number): number {
    return this.#about(bytes + this.#random.pick(HEAD_BYTES));
  }

  #about(length: number): number {
    return Math.max(0, length + this.#random.pick([-1, 0, 0, 1]));
  }
}
