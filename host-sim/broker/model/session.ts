// Owns what the broker keeps for one client id. Refuses to know other sessions.

import type { Timer } from "../../time/clock.ts";
import type { CloseReason } from "./broker-event.ts";
import { Incoming } from "./incoming.ts";
import type { Message, QoS, Version } from "./message.ts";
import { type Delivery, Outgoing } from "./outgoing.ts";

export interface Subscription {
  readonly qos: QoS;
  /** The rest is MQTT 5's. */
  readonly isNoLocal: boolean;
  readonly isRetainAsPublished: boolean;
  readonly id: number | null;
}

export interface Will {
  readonly message: Message;
  readonly delayMs: number;
}

/** What a session's connection does for the rest of the broker. */
export interface SessionLink {
  /** There is something in `outgoing`. */
  pump(): void;
  sendQos0(delivery: Delivery): void;
  close(why: CloseReason): void;
  /** As they are: what lies are made of. */
  writeRaw(bytes: Uint8Array): void;
}

export class Session<Origin> {
  readonly clientId: string;
  readonly subscriptions = new Map<string, Subscription>();
  readonly outgoing = new Outgoing();
  readonly incoming = new Incoming<Origin>();
  /** Of its last connection. */
  origin: Origin;
  version: Version;
  /** Null while its client is away. */
  link: SessionLink | null = null;
  /** How long it outlives its connection; Infinity: for ever. */
  expiryMs = 0;
  expiry: Timer | null = null;
  will: Will | null = null;

  constructor(clientId: string, origin: Origin, version: Version) {
    this.clientId = clientId;
    this.origin = origin;
    this.version = version;
  }
}
