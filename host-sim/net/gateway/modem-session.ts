// Owns what a modem remembers of its MQTT client between connections. Refuses to know packets and the network.

import type { Stream } from "../stream.ts";
import type { Publication, Qos } from "./message.ts";

/** A message for the client; the first is the one that is under way. */
export interface OwedMessage {
  readonly publication: Publication;
  readonly packetId: number;
  /** The connection that it was last sent over. */
  sentOver: Stream | null;
}

export class ModemSession {
  readonly clientId: string;
  readonly isClean: boolean;
  readonly filters = new Map<string, Qos>();
  /** The client's packet ids: not yet the network's, or taken with the handshake not over. */
  readonly inbound = new Map<number, "waiting" | "taken">();
  readonly #owed: OwedMessage[] = [];
  #nextId = 1;

  constructor(clientId: string, isClean: boolean) {
    this.clientId = clientId;
    this.isClean = isClean;
  }

  get owed(): OwedMessage | null {
    return this.#owed[0] ?? null;
  }

  get owedCount(): number {
    return this.#owed.length;
  }

  owe(publication: Publication): void {
    this.#owed.push({ publication, packetId: this.#nextId, sentOver: null });
    // [MQTT3-2.3.1-1] Zero is not a packet identifier.
    this.#nextId = this.#nextId === 65_535 ? 1 : this.#nextId + 1;
  }

  settle(packetId: number): void {
    if (this.#owed[0]?.packetId === packetId) this.#owed.shift();
  }
}
