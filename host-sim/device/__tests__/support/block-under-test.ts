// Owns one client block between guard bytes, and the plainest port there can be: a clock that only a test moves, a link that
// takes and gives what it is told to. Knows nothing of what a test expects.

import { blockBytes, clientField } from "../../block.ts";
import { type Capacities, type Core, capacityList } from "../../core.ts";
import { type ClosedBy, CloseReason, Event, type Phase } from "../../layout.generated.ts";

/** One event, with what the block said beside it. Fields that the event does not fill hold what they held before. */
export interface Seen {
  readonly event: Event;
  readonly code: number;
  readonly flag: number;
  readonly ticket: number;
  readonly filter: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly partOffset: number;
  readonly total: number;
  readonly payloadLength: number;
  /** Of MQTT 5. */
  readonly reason: number;
  /** Each with its id first. */
  readonly properties: readonly Buffer[];
}

const GUARD_BYTES = 64;
const GUARD = 0xa5;
const TOPIC_AT = 70000;

export const smallCapacities: Capacities = {
  receiveBytes: 256,
  outboxBytes: 512,
  entries: 8,
  window: 4,
  inboundIds: 4,
  texts: 10,
  textBytes: 200,
  filters: 4,
};

export class BlockUnderTest {
  readonly core: Core;
  readonly bytes: number;
  client: number;
  nowMs = 1000;
  readonly #capacities: Capacities;

  constructor(core: Core, capacities: Capacities = smallCapacities) {
    this.core = core;
    this.#capacities = capacities;
    this.bytes = core.exports.blockBytes(...capacityList(capacities));
    this.client = this.#room();
    this.renew();
  }

  /** A fresh client in the same place. It speaks 3.1.1 until a test says otherwise. */
  renew(): void {
    this.core.exports.init(this.client, ...capacityList(this.#capacities));
    this.core.exports.setVersion(this.client, 4);
    this.nowMs = 1000;
  }

  #room(): number {
    const at = this.core.allocate(this.bytes + 2 * GUARD_BYTES) + GUARD_BYTES;
    this.core.bytes.fill(GUARD, at - GUARD_BYTES, at + this.bytes + GUARD_BYTES);
    return at;
  }

  /** Goes on with a copy of the block elsewhere, and makes rubbish of the old place. */
  move(): void {
    const to = this.#room();
    this.core.bytes.copyWithin(to, this.client, this.client + this.bytes);
    this.core.bytes.fill(0x5a, this.client, this.client + this.bytes);
    this.client = to;
  }

  areGuardsIntact(): boolean {
    const { bytes } = this.core;
    const end = this.client + this.bytes;
    const guards = [
      bytes.subarray(this.client - GUARD_BYTES, this.client),
      bytes.subarray(end, end + GUARD_BYTES),
    ];
    return guards.every((guard) => guard.every((byte) => byte === GUARD));
  }

  field(name: Parameters<typeof clientField>[2]): number {
    return clientField(this.core, this.client, name);
  }

  get phase(): Phase {
    return this.field("phase") as Phase;
  }

  text(value: string | Uint8Array, kind: "Topic" | "String" | "Bytes"): number {
    const length = this.core.put(this.core.inbox, value);
    return this.core.exports[`prepare${kind}`](this.client, this.core.inbox, length);
  }

  publish(topic: string | number, payload: string | Uint8Array, options: number): number {
    const { core, client } = this;
    const length = core.put(core.inbox, payload);
    if (typeof topic === "number") return core.exports.publish(client, topic, core.inbox, length, options);
    const topicLength = core.put(core.inbox + TOPIC_AT, topic);
    return core.exports.publishTo(client, core.inbox + TOPIC_AT, topicLength, core.inbox, length, options);
  }

  publishParts(topic: string, total: number, options: number): number {
    const length = this.core.put(this.core.inbox, topic);
    return this.core.exports.publishParts(this.client, 0, this.core.inbox, length, total, options);
  }

  supply(ticket: number, bytes: string): number {
    const length = this.core.put(this.core.inbox, bytes);
    return this.core.exports.supply(this.client, ticket, this.core.inbox, length);
  }

  subscribe(filter: string, qos: number): number {
    const length = this.core.put(this.core.inbox, filter);
    return this.core.exports.subscribe(this.client, this.core.inbox, length, qos);
  }

  unsubscribe(filter: string): number {
    const length = this.core.put(this.core.inbox, filter);
    return this.core.exports.unsubscribe(this.client, this.core.inbox, length);
  }

  /** The next event, or null. */
  next(): Seen | null {
    const { core, client } = this;
    const event = core.exports.poll(client, this.nowMs) as Event;
    return event === Event.None ? null : this.told(event);
  }

  /** What the block says beside an event that was polled just now. */
  told(event: Event): Seen {
    const { core, client } = this;
    const isMessage = event === Event.Message || event === Event.MessageTooLarge;
    const slice = (at: number, length: number) => Buffer.from(blockBytes(core, client, at, length));
    return {
      event,
      code: this.field("eventCode"),
      flag: this.field("eventFlag"),
      ticket: this.field("eventTicket"),
      filter: this.field("eventFilter"),
      topic: isMessage ? slice(this.field("eventTopicAt"), this.field("eventTopicLength")).toString() : "",
      payload:
        event === Event.Message
          ? slice(this.field("eventPayloadAt"), this.field("eventPayloadLength"))
          : Buffer.alloc(0),
      qos: this.field("eventQos"),
      retain: this.field("eventRetain") === 1,
      dup: this.field("eventDup") === 1,
      partOffset: this.field("eventPartOffset"),
      total: this.field("eventTotal"),
      payloadLength: this.field("eventPayloadLength"),
      reason: core.exports.eventReason(client),
      properties: this.#properties(),
    };
  }

  #properties(): readonly Buffer[] {
    const { core, client } = this;
    const all: Buffer[] = [];
    for (let at = 0; ; ) {
      at = core.exports.nextProperty(client, at);
      if (at === 0) return all;
      all.push(Buffer.from(blockBytes(core, client, at, core.exports.propertyLength(client, at))));
    }
  }

  /** Every event there is. */
  events(): Seen[] {
    const all: Seen[] = [];
    for (let seen = this.next(); seen !== null; seen = this.next()) all.push(seen);
    return all;
  }

  /** Writes as much of `bytes` as there is room for; answers how much that was. */
  feed(bytes: Uint8Array): number {
    const { core, client } = this;
    const room = Math.min(core.exports.receiveRoom(client), bytes.length);
    core.bytes.set(bytes.subarray(0, room), core.exports.receiveAddress(client));
    core.exports.received(client, room, this.nowMs);
    return room;
  }

  /** Up to `limit` bytes that the client wants sent. */
  collect(limit: number = this.core.scratchBytes): Buffer {
    const { core, client } = this;
    const length = core.exports.collect(client, core.outbox, limit, this.nowMs);
    return Buffer.from(core.bytes.subarray(core.outbox, core.outbox + length));
  }

  /** The transport ended. The random word is large enough that no reconnection follows at the same moment. */
  closed(by: ClosedBy): void {
    this.core.exports.closed(this.client, by, 999, this.nowMs);
  }

  /** Connects as far as the CONNACK given, and answers every event on the way and what was sent from CONNACK on. */
  connected(connack: Uint8Array): { readonly events: readonly Seen[]; readonly sent: Buffer } {
    if (this.phase === 0) this.core.exports.connect(this.client, this.nowMs);
    this.nowMs += 200_000;
    const events = this.events();
    this.core.exports.opened(this.client);
    this.collect();
    this.feed(connack);
    events.push(...this.events());
    return { events, sent: this.collect() };
  }

  get closeReason(): CloseReason {
    return (this.field("closeReason") as CloseReason) ?? CloseReason.None;
  }
}
