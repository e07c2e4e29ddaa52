// Owns which part of a client carries its messages and its filters, and what each event about them means to that part. Knows no
// connection.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { type DropReason, Event } from "../device/layout.generated.ts";
import type { Clock } from "../time/clock.ts";
import type { MqttError } from "./errors.ts";
import type { Tell } from "./events.ts";
import { speaksFive } from "./five-words.ts";
import { Incoming } from "./incoming.ts";
import { type OnOutcome, Outgoing } from "./outgoing.ts";
import type { ClientSettings } from "./settings.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface TrafficParts {
  readonly core: Core;
  readonly block: number;
  readonly clock: Clock;
  readonly settings: ClientSettings;
  readonly tell: Tell;
  readonly onOutcome: OnOutcome;
  /** A message that was accepted has ended, and what waited for its room was handed over. */
  readonly onSettled: () => void;
}

export class Traffic {
  readonly outgoing: Outgoing;
  readonly subscriptions: Subscriptions;
  readonly #incoming: Incoming;
  readonly #parts: TrafficParts;

  constructor(parts: TrafficParts) {
    const { core, block, clock, settings, tell, onOutcome } = parts;
    const { capacities } = settings;
    const shared = { core, block };
    this.#parts = parts;
    this.outgoing = new Outgoing({
      ...shared,
      clock,
      limits: { messages: settings.maxQueuedMessages, bytes: settings.maxQueuedBytes },
      outboxBytes: capacities.outboxBytes,
      entryCount: this.#field("entryCapacity"),
      texts: capacities.texts,
      queueQoSZero: settings.queueQoSZero,
      onDropped: (dropped) => tell("dropped", dropped),
      onRejected: (rejected) => tell("rejected", rejected),
      onOutcome,
    });
    this.#incoming = new Incoming({
      ...shared,
      maximumMessageBytes: settings.maximumMessageBytes,
      streamLargeMessages: settings.streamLargeMessages,
      onMessage: (packet) => tell("message", packet.topic, packet.payload, packet),
      onPart: (part) => tell("part", part),
      onTooLarge: (message) => tell("tooLarge", message),
    });
    this.subscriptions = new Subscriptions({
      ...shared,
      capacity: capacities.filters,
      hasOptions: speaksFive(settings.block),
      onRefusedAgain: (filter) => tell("subscriptionRefused", filter),
    });
  }

  /** `StatusPublished` is for others to act on. */
  readonly reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.Message]: () => this.#incoming.take(),
    [Event.MessageAborted]: () => this.#aborted(),
    [Event.MessageTooLarge]: () =>
      this.#parts.tell("tooLarge", { topic: "", total: this.#field("eventTotal") }),
    [Event.Published]: () => this.#settled("published", this.#field("eventCode")),
    [Event.HandedOver]: () => this.#settled("published", 0),
    [Event.Dropped]: () => this.#settled("dropped", this.#field("eventCode") as DropReason),
    [Event.Rejected]: () => this.#settled("rejected", this.#field("eventCode")),
    [Event.PartWanted]: () =>
      this.outgoing.supply(this.#field("eventTicket"), this.#field("eventPayloadLength")),
    [Event.Subscribed]: () =>
      this.subscriptions.subscribed(this.#field("eventFilter"), this.#field("eventCode")),
    [Event.Unsubscribed]: () => this.subscriptions.unsubscribed(this.#field("eventFilter")),
  };

  /** Ends every promise: the client is no more. */
  rejectAll(error: MqttError): void {
    this.outgoing.rejectAll(error);
    this.subscriptions.rejectAll(error);
  }

  #aborted(): void {
    this.#incoming.abort();
    this.#parts.tell("partsAborted");
  }

  #settled<How extends "published" | "dropped" | "rejected">(
    how: How,
    code: Parameters<Outgoing[How]>[1],
  ): void {
    this.outgoing[how](this.#field("eventTicket"), code as DropReason);
    this.outgoing.handOver();
    this.#parts.onSettled();
  }

  #field(name: Parameters<typeof clientField>[2]): number {
    return clientField(this.#parts.core, this.#parts.block, name);
  }
}
