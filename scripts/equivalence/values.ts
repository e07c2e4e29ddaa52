// Owns what a caller gives to a call: topics, filters, payloads, options and handles, most of them sensible, at the edges of what
// there is. Knows no calls.
import type { RandomStream } from "../../host-sim/random/random.ts";
import type { Fits } from "./fits.ts";
import { randomBytes } from "./peer.ts";
import type { Argument } from "./subject.ts";

export const LENGTHS: readonly number[] = [
  0, 1, 2, 5, 13, 40, 64, 100, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 200, 1000,
];
export const LARGE: readonly number[] = [
  16370, 16376, 16377, 16378, 16379, 16380, 16381, 16382, 16383, 16384, 16385, 65533, 65535, 65536,
];
export const WILD: readonly number[] = [
  0, 1, 2, 3, 4, 5, 255, 256, 1000, 65535, 65536, 86400000, 86400001, 0x7fffffff,
];
const TOPICS: readonly string[] = [
  "a",
  "b/c",
  "sensor/1",
  "x".repeat(60),
  "é/ü",
  "a/b/c/d",
  "",
  "#",
  "a/+/c",
  "\0",
  "$SYS/x",
];
const FILTERS: readonly string[] = [
  "a",
  "#",
  "+/c",
  "a/#",
  "a/+/c/#",
  "$SYS/#",
  "b/#/c",
  "+",
  "a+",
  "",
  "é/ü",
];

export class Values {
  readonly #random: RandomStream;
  readonly #fits: Fits;
  readonly #onTopic: (topic: Uint8Array) => void;

  /** Every topic is told to `onTopic`. */
  constructor(random: RandomStream, fits: Fits, onTopic: (topic: Uint8Array) => void) {
    this.#random = random;
    this.#fits = fits;
    this.#onTopic = onTopic;
  }

  topic(): Uint8Array {
    const random = this.#random;
    const topic = random.chance(0.05) ? randomBytes(random, 10) : Buffer.from(random.pick(TOPICS));
    this.#onTopic(topic);
    return topic;
  }

  filter(): readonly Argument[] {
    const filter = this.#random.chance(0.05)
      ? randomBytes(this.#random, 6)
      : Buffer.from(this.#random.pick(FILTERS));
    return [filter, filter.length];
  }

  payload(topicBytes = 0): Uint8Array {
    return Buffer.alloc(this.payloadLength(topicBytes), this.#random.u32() & 255);
  }

  payloadLength(topicBytes = 0): number {
    const random = this.#random;
    const kind = random.unit();
    if (kind < 0.03) return random.pick(LARGE);
    return kind < 0.2 ? Math.min(70_000, this.#fits.payload(topicBytes)) : random.pick(LENGTHS);
  }

  options(): number {
    const random = this.#random;
    return (
      random.pick([0, 1, 2, 1, 2, 3]) |
      random.pick([0, 0, 4]) |
      random.pick([0, 16, 32, 48]) |
      random.pick([0, 0, 64])
    );
  }

  handle(): number {
    return this.#random.chance(0.03) ? this.#random.pick(WILD) : Math.floor(this.#random.between(0, 6));
  }
}
