// Owns what may happen to one packet on its way. Refuses to know what the packet carries.

/** An infinite delay: sums keep it. */
export const LOST = Number.POSITIVE_INFINITY;

/**
 * One cause of trouble in one direction, with a random stream of its own. It is asked once a packet, in the order of time, and
 * may keep what it must remember in between, such as a bad spell's end. Numbers go in and out, since it is asked millions of
 * times a simulated year.
 */
export interface Impairment {
  /** Said of the packets that it loses, in a word. */
  readonly lostWhy: string;
  /** How much later this makes a packet, or `LOST`. `bytes` are those on the wire, headers included. */
  delayMs(atMs: number, bytes: number): number;
}
