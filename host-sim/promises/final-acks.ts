// Owns the final acknowledgements that a device has received and not yet claimed as the end of a message. Refuses to know which
// message that was: packets do not say.

import { FewByNumber } from "../collections/few-by-number.ts";
import { PacketType } from "./packet-type.ts";
import type { OfKind } from "./promise.ts";

/** A reason code from here on is a refusal. */
const REFUSAL = 0x80;
/** Added to the QoS of the status. */
const STATUS = 4;

export class FinalAcks {
  readonly #readingQos: 0 | 1 | 2;
  /** By packet id: the QoS, and what kind of message it is. */
  readonly #inFlight = new FewByNumber<number>();
  #messages = 0;
  #refused = 0;
  #statuses = 0;
  #statusesRefused = 0;
  #handedOver = 0;

  constructor(readingQos: 0 | 1 | 2) {
    this.#readingQos = readingQos;
  }

  see({ way, type, packetId, qos, isStatus, code }: OfKind<"packet">): void {
    if (way === "in") {
      if (packetId === null) return;
      if (type === PacketType.Puback) this.#end(packetId, 1, code);
      else if (type === PacketType.Pubcomp) this.#end(packetId, 2, 0);
      else if (type === PacketType.Pubrec && code >= REFUSAL) this.#end(packetId, 2, code);
    } else if (type === PacketType.Pubrel) {
      // a sleep may come between a PUBCOMP's bytes and what they mean: then the device asks for it again
      if (packetId !== null) this.#inFlight.set(packetId, 2);
    } else if (type === PacketType.Publish) {
      if (qos === 0 && isStatus) this.#statuses += 1;
      else if (qos === 0) this.#handedOver += 1;
      else if (packetId !== null) this.#inFlight.set(packetId, isStatus ? qos + STATUS : qos);
    }
  }

  takeMessage(): boolean {
    if (this.#messages === 0) return false;
    this.#messages -= 1;
    return true;
  }

  /** One that the broker has refused. */
  takeRefused(): boolean {
    if (this.#refused === 0) return false;
    this.#refused -= 1;
    return true;
  }

  takeStatusRefused(): boolean {
    if (this.#statusesRefused === 0) return false;
    this.#statusesRefused -= 1;
    return true;
  }

  takeStatus(): boolean {
    if (this.#statuses === 0) return false;
    this.#statuses -= 1;
    return true;
  }

  takeHandedOver(): boolean {
    if (this.#handedOver === 0) return false;
    this.#handedOver -= 1;
    return true;
  }

  /** An end is told at once, so what was not claimed before the next connection was no reading's. */
  forgetUnclaimed(): void {
    this.#messages = 0;
    this.#refused = 0;
    this.#statuses = 0;
    this.#statusesRefused = 0;
    this.#handedOver = 0;
  }

  /** With the session all ids are void. */
  forgetSession(): void {
    this.#inFlight.clear();
  }

  #end(packetId: number, qos: 1 | 2, code: number): void {
    const message = this.#inFlight.get(packetId);
    if (message === undefined || message % STATUS !== qos) return;
    this.#inFlight.delete(packetId);
    const isRefused = code >= REFUSAL;
    if (message > STATUS) this.#countStatus(isRefused);
    else if (qos === this.#readingQos) this.#count(isRefused);
  }

  #count(isRefused: boolean): void {
    if (isRefused) this.#refused += 1;
    else this.#messages += 1;
  }

  #countStatus(isRefused: boolean): void {
    if (isRefused) this.#statusesRefused += 1;
    else this.#statuses += 1;
  }
}
