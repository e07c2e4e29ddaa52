// Owns a bottleneck that follows a recorded trace of delivery opportunities. Refuses to know the file.

import { type DeliveryTrace, OPPORTUNITY_BYTES } from "./delivery-trace.ts";
import { Departures } from "./departures.ts";
import { type Impairment, LOST } from "./impairment.ts";

/**
 * As mm-link does it: an opportunity carries the next 1,500 bytes of what waits, which may be several packets or a part of
 * one; what was not there in time does not use it.
 */
export function tracedRate(trace: DeliveryTrace, queuePackets: number, startMs: number): Impairment {
  return new TracedRate(trace, queuePackets, startMs);
}

class TracedRate implements Impairment {
  readonly lostWhy = "queue";
  readonly #stampsMs: Float64Array;
  readonly #periodMs: number;
  readonly #departures: Departures;
  /** Of the present round through the trace. */
  #roundMs: number;
  /** The next one that nobody has touched. */
  #next = 0;
  /** The last one that was used, and what is left of it. */
  #usedMs = Number.NEGATIVE_INFINITY;
  #leftBytes = 0;

  constructor({ opportunitiesMs }: DeliveryTrace, queuePackets: number, startMs: number) {
    this.#stampsMs = opportunitiesMs;
    this.#periodMs = opportunitiesMs.at(-1) as number;
    this.#departures = new Departures(queuePackets);
    this.#roundMs = startMs;
  }

  delayMs(atMs: number, bytes: number): number {
    if (this.#departures.isFullAt(atMs)) return LOST;
    if (this.#usedMs <= atMs) this.#waste(atMs);
    let owed = bytes;
    while (owed > this.#leftBytes) {
      owed -= this.#leftBytes;
      this.#use();
    }
    this.#leftBytes -= owed;
    this.#departures.add(this.#usedMs);
    return this.#usedMs - atMs;
  }

  #use(): void {
    this.#usedMs = this.#roundMs + (this.#stampsMs[this.#next] as number);
    this.#leftBytes = OPPORTUNITY_BYTES;
    this.#next += 1;
    if (this.#next === this.#stampsMs.length) {
      this.#next = 0;
      this.#roundMs += this.#periodMs;
    }
  }

  /** Opportunities up to now found nothing to carry. */
  #waste(atMs: number): void {
    this.#leftBytes = 0;
    const rounds = Math.floor((atMs - this.#roundMs) / this.#periodMs);
    if (rounds > 0) {
      this.#roundMs += rounds * this.#periodMs;
      this.#next = 0;
    }
    const stampMs = atMs - this.#roundMs;
    let low = this.#next;
    let high = this.#stampsMs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stampsMs[middle] as number) <= stampMs) low = middle + 1;
      else high = middle;
    }
    // Only a rounding puts the present behind the round's last stamp.
    this.#next = low === this.#stampsMs.length ? 0 : low;
    if (low === this.#stampsMs.length) this.#roundMs += this.#periodMs;
  }
}
