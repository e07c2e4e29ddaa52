// Owns the QoS 1 and 2 messages on their way to one client: those that wait, their packet ids, what is acknowledged. Refuses to
// know the connection, and what a packet looks like.

import { FewByNumber } from "../../collections/few-by-number.ts";
import type { Message, QoS } from "./message.ts";

export interface Delivery {
  readonly message: Message;
  /** The lower of the message's and the subscription's. */
  readonly qos: QoS;
  readonly retain: boolean;
  /** Of MQTT 5. */
  readonly subscriptionIds: readonly number[];
}

/**
 * What an acknowledgement is to the session: `late` for one of a message that needs none any more, as a repeat brings them,
 * `foreign` for an id that was never sent.
 */
export type AckVerdict =
  | { readonly kind: "done"; readonly delivery: Delivery }
  | { readonly kind: "goes-on" }
  | { readonly kind: "late" }
  | { readonly kind: "foreign" }
  | { readonly kind: "other-kind" }
  | { readonly kind: "early" };

const MOST_ID = 65_535;
const GOES_ON: AckVerdict = { kind: "goes-on" };
const LATE: AckVerdict = { kind: "late" };
const FOREIGN: AckVerdict = { kind: "foreign" };
const OTHER_KIND: AckVerdict = { kind: "other-kind" };
const EARLY: AckVerdict = { kind: "early" };

export class Outgoing {
  readonly #waiting: Delivery[] = [];
  /** In the order of their first sending. */
  readonly #sent = new FewByNumber<Delivery>();
  /** Past PUBREC, in the order of the PUBRECs. */
  readonly #released = new FewByNumber<Delivery>();
  #lastId = 0;
  #hasWrapped = false;

  get waiting(): number {
    return this.#waiting.length;
  }

  get inflight(): number {
    return this.#sent.size + this.#released.size;
  }

  add(delivery: Delivery): void {
    this.#waiting.push(delivery);
  }

  /** The one that waits in front leaves the queue; null when none does. */
  next(): Delivery | null {
    return this.#waiting.shift() ?? null;
  }

  /** Answers with the packet id that it has from now on. */
  send(delivery: Delivery): number {
    const id = this.#unusedId();
    this.#sent.set(id, delivery);
    return id;
  }

  puback(id: number): AckVerdict {
    const delivery = this.#find(id);
    if (delivery === undefined) return this.#unknown(id);
    if (delivery.qos !== 1) return OTHER_KIND;
    this.#sent.delete(id);
    return { kind: "done", delivery };
  }

  /** Goes on also when it comes again: each is answered by a PUBREL. A refusal, which 5 has, ends it. */
  pubrec(id: number, isRefusal: boolean): AckVerdict {
    const delivery = this.#find(id);
    if (delivery === undefined) return this.#unknown(id);
    if (delivery.qos !== 2) return OTHER_KIND;
    const wasSent = this.#sent.delete(id);
    if (isRefusal && wasSent) return { kind: "done", delivery };
    if (wasSent) this.#released.set(id, delivery);
    return GOES_ON;
  }

  pubcomp(id: number): AckVerdict {
    const delivery = this.#find(id);
    if (delivery === undefined) return this.#unknown(id);
    if (delivery.qos !== 2) return OTHER_KIND;
    return this.#released.delete(id) ? { kind: "done", delivery } : EARLY;
  }

  /** What a resumed session sends again, with its ids. */
  resend(pubrel: (id: number) => void, publish: (id: number, delivery: Delivery) => void): void {
    for (const [id] of this.#released) pubrel(id);
    for (const [id, delivery] of this.#sent) publish(id, delivery);
  }

  #find(id: number): Delivery | undefined {
    return this.#sent.get(id) ?? this.#released.get(id);
  }

  #unknown(id: number): AckVerdict {
    return this.#hasWrapped || id <= this.#lastId ? LATE : FOREIGN;
  }

  #unusedId(): number {
    do {
      if (this.#lastId === MOST_ID) this.#hasWrapped = true;
      this.#lastId = this.#lastId === MOST_ID ? 1 : this.#lastId + 1;
    } while (this.#find(this.#lastId) !== undefined);
    return this.#lastId;
  }
}
