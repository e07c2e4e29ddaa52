// Owns which packet ids of a device's session are in flight, as its packets tell. Refuses to know what may be done with them.

import { FewByNumber } from "../collections/few-by-number.ts";
import { PacketType } from "./packet-type.ts";
import type { OfKind } from "./promise.ts";

export interface MessageInFlight {
  /** On which it was last sent. */
  connection: number;
  readonly qos: 0 | 1 | 2;
  readonly isStatus: boolean;
  /** Counts PUBRECs; 0: none has come. */
  received: number;
  /** PUBREL has left. */
  isReleased: boolean;
}

interface Acked {
  readonly packetId: number;
  readonly message: MessageInFlight;
}

/** A reason code from here on is a refusal, which ends an exchange at QoS 2 too. */
const REFUSAL = 0x80;

export class InFlight {
  /** In the order in which they were first sent. */
  readonly #messages = new FewByNumber<MessageInFlight>();
  readonly #requests = new Set<number>();
  /**
   * Acknowledged on this connection, and the device has not shown that it knows: the power may go, or it may sleep, between
   * the bytes and what they mean.
   */
  readonly #unconfirmed: Acked[] = [];
  /** Of an earlier connection: if the device sends one again, it did not know. */
  readonly #perhaps = new FewByNumber<MessageInFlight>();
  #receivedCount = 0;
  /** PUBRECs of messages that are not in flight: a PUBREL may answer them. */
  readonly #strays = new Set<number>();

  get size(): number {
    return this.#messages.size;
  }

  message(packetId: number): MessageInFlight | undefined {
    return this.#messages.get(packetId);
  }

  /** One that was acknowledged when the last connection ended is in flight once more. Answers whether there was one. */
  recall(packetId: number): MessageInFlight | undefined {
    const message = this.#perhaps.get(packetId);
    if (message === undefined) return undefined;
    this.#perhaps.delete(packetId);
    this.#messages.set(packetId, message);
    return message;
  }

  /**
   * What a resumed session must send again: PUBRELs in the order of their PUBRECs, then PUBLISHes in that of their first
   * sending. A PUBREC that nothing answered yet leaves open which of the two.
   */
  owed(): readonly number[] {
    const all = [...this.#messages];
    const released = all.filter(([, { isReleased }]) => isReleased);
    const published = all.filter(([, { received }]) => received === 0);
    released.sort(([, a], [, b]) => a.received - b.received);
    return [...released, ...published].map(([packetId]) => packetId);
  }

  isRequested(packetId: number): boolean {
    return this.#requests.has(packetId);
  }

  publish(
    packetId: number,
    { connection, qos, isStatus }: Pick<MessageInFlight, "connection" | "qos" | "isStatus">,
  ): void {
    // only after all that is sent again
    if (this.#perhaps.size > 0) this.#perhaps.clear();
    this.#messages.set(packetId, { connection, qos, isStatus, received: 0, isReleased: false });
  }

  request(packetId: number): void {
    this.#requests.add(packetId);
  }

  /** A PUBREL leaves. Answers whether a PUBREC came for it. */
  release(packetId: number): boolean {
    const message = this.#messages.get(packetId) ?? this.recall(packetId);
    if (message === undefined) return this.#strays.has(packetId);
    message.isReleased = true;
    return message.received > 0;
  }

  /** What comes from the broker. */
  receive({ type, packetId, code }: OfKind<"packet">): void {
    if (packetId === null) return;
    const message = this.#messages.get(packetId);
    switch (type) {
      case PacketType.Puback:
      case PacketType.Pubcomp:
        if (message !== undefined && isFinal(type, message)) this.#end(packetId, message);
        return;
      case PacketType.Pubrec:
        if (message === undefined) this.#strays.add(packetId);
        else if (code >= REFUSAL) this.#end(packetId, message);
        else if (message.received === 0) message.received = ++this.#receivedCount;
        return;
      case PacketType.Suback:
      case PacketType.Unsuback:
        this.#requests.delete(packetId);
        return;
      default:
        return;
    }
  }

  /** The device has told the end of a message: it knows of this acknowledgement and of all before. */
  confirm(isStatus: boolean): void {
    const known = this.#unconfirmed.findIndex(({ message }) => message.isStatus === isStatus);
    if (known === 0) this.#unconfirmed.shift();
    else if (known > 0) this.#unconfirmed.splice(0, known + 1);
  }

  endConnection(): void {
    this.#requests.clear();
    this.#strays.clear();
  }

  /** A connection was accepted. */
  begin(isResumed: boolean): void {
    this.endConnection();
    for (const { packetId, message } of this.#unconfirmed) this.#perhaps.set(packetId, message);
    this.#unconfirmed.length = 0;
    if (isResumed) return;
    this.#messages.clear();
    this.#perhaps.clear();
  }

  #end(packetId: number, message: MessageInFlight): void {
    this.#messages.delete(packetId);
    this.#unconfirmed.push({ packetId, message });
  }
}

function isFinal(type: number, { qos, isReleased }: MessageInFlight): boolean {
  return type === PacketType.Puback ? qos === 1 : isReleased;
}
