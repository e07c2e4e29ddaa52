// Owns what may happen to one packet on its way. Refuses to know what the packet carries.

export interface Packet {
  readonly atMs: number;
  /** On the wire, headers included. */
  readonly bytes: number;
}

export type Verdict =
  | { readonly kind: "pass" }
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "drop" };

/**
 * One cause of trouble in one direction, with a random stream of its own. It is asked once a packet, in the
 * order of time, and may keep what it must remember in between, such as a bad spell's end.
 */
export interface Impairment {
  judge(packet: Packet): Verdict;
}

export const PASS: Verdict = { kind: "pass" };
export const DROP: Verdict = { kind: "drop" };
