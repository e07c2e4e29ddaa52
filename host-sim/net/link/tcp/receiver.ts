// Owns the bytes one TCP end has got from the other: their order, those not read yet, the room for more. Refuses to know acks' timing.

import { Buffer } from "node:buffer";
import type { TcpFlavour } from "./flavour.ts";
import { endOf, Reassembly } from "./reassembly.ts";
import { MOST_SACK_BLOCKS, NO_SACK, type SackBlock, type Segment } from "./segment.ts";

interface ReceiverPorts {
  onData(bytes: Uint8Array): void;
  onEnd(): void;
}

/** What a segment was: `filled` closed a gap, or left another; `early` came before what belongs in front of it. */
export type Arrival = "nothing" | "next" | "filled" | "early" | "old";

export class Receiver {
  readonly #flavour: TcpFlavour;
  readonly #ports: ReceiverPorts;
  readonly #early = new Reassembly();
  /** Null, not an empty list: nearly always it is read as it comes. */
  #unread: Uint8Array[] | null = null;
  #unreadBytes = 0;
  #nextSeq = 0;
  /** What was promised: the peer may send up to here. */
  #edge: number;
  #hasFin = false;
  #hasSeenEnd = false;
  #duplicate: SackBlock | null = null;
  #isPaused = false;

  constructor(flavour: TcpFlavour, ports: ReceiverPorts) {
    this.#flavour = flavour;
    this.#ports = ports;
    this.#edge = flavour.receiveWindowBytes;
  }

  /** What to acknowledge. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The peer's FIN was handed over, after all bytes. */
  get hasSeenEnd(): boolean {
    return this.#hasSeenEnd;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
  }

  /** How much further the peer could be let than it was told. */
  get hiddenRoom(): number {
    return this.#nextSeq + this.#flavour.receiveWindowBytes - this.#unreadBytes - this.#edge;
  }

  /** What is left of the room that the peer was told of. */
  get shownRoom(): number {
    return Math.max(0, this.#edge - this.#nextSeq);
  }

  /** For the next segment. RFC 9293, 3.8.6.2.2: room is shown when it is worth a segment, and never taken back. */
  window(): number {
    const { mssBytes, receiveWindowBytes } = this.#flavour;
    const hidden = this.hiddenRoom;
    if (hidden >= Math.min(mssBytes, receiveWindowBytes >> 1)) this.#edge += hidden;
    return this.shownRoom;
  }

  /** For the next segment: a duplicate is told once. */
  sackBlocks(): readonly SackBlock[] {
    const blocks = this.#early.isEmpty ? NO_SACK : this.#early.blocks();
    if (this.#duplicate === null) return blocks;
    const told = [this.#duplicate, ...blocks.slice(0, MOST_SACK_BLOCKS - 1)];
    this.#duplicate = null;
    return told;
  }

  /** A bare ack is `nothing`, or two ends would answer each other for ever; one behind the times asks for the window. */
  accept(segment: Segment): Arrival {
    const { seq, payload, fin } = segment;
    const expected = this.#nextSeq;
    const isBare = payload.length === 0 && !fin;
    if (isBare) return seq < expected ? "old" : "nothing";
    const isOutside = payload.length > 0 && seq >= this.#edge;
    if (isOutside) return "old";
    if (endOf(segment) <= expected) {
      this.#duplicate = { from: seq, to: endOf(segment) };
      return "old";
    }
    if (seq > expected) return this.#keepEarly(segment);
    const hadEarly = !this.#early.isEmpty;
    this.#take(seq, payload, fin);
    for (
      let early = this.#early.take(this.#nextSeq);
      early !== null;
      early = this.#early.take(this.#nextSeq)
    ) {
      if (endOf(early) > this.#nextSeq) this.#take(early.seq, early.payload, early.fin);
    }
    return hadEarly ? "filled" : "next";
  }

  #keepEarly(segment: Segment): Arrival {
    if (!this.#flavour.keepsOutOfOrder) return "early";
    const isNew = this.#early.keep(segment);
    if (!isNew) this.#duplicate = { from: segment.seq, to: endOf(segment) };
    return "early";
  }

  #take(seq: number, payload: Uint8Array, fin: boolean): void {
    const known = this.#nextSeq - seq;
    const fresh = known > 0 ? payload.subarray(known) : payload;
    if (fresh.length > 0) {
      if (this.#unread === null) this.#unread = [fresh];
      else this.#unread.push(fresh);
    }
    this.#unreadBytes += fresh.length;
    this.#nextSeq += fresh.length + (fin ? 1 : 0);
    this.#hasFin ||= fin;
  }

  /**
   * Hands over what it may, all at once as a read would. The reader may pause, or stop altogether by way of `drop`, at
   * any call.
   */
  deliver(): void {
    if (this.#isPaused) return;
    const unread = this.#unread;
    if (unread !== null) {
      const bytes = unread.length === 1 ? (unread[0] as Uint8Array) : Buffer.concat(unread);
      this.#unread = null;
      this.#unreadBytes = 0;
      this.#ports.onData(bytes);
    }
    if (this.#isPaused || !this.#hasFin || this.#hasSeenEnd || this.#unread !== null) return;
    this.#hasSeenEnd = true;
    this.#ports.onEnd();
  }

  drop(): void {
    this.#unread = null;
    this.#early.drop();
    this.#hasFin = false;
  }
}
