// Owns what becomes of received messages: copied out of the block whole, put together from parts, or passed on in parts.
// Knows no connection, and nothing of what is sent.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import type { QoS } from "./options.ts";
import { eventProperties } from "./properties/decode.ts";
import type { Properties } from "./properties/table.ts";

export interface ReceivedPacket {
  readonly cmd: "publish";
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Those of MQTT 5, where it came with any. */
  readonly properties?: Properties;
}

/** Bytes `offset` and on of a payload of `total` bytes. */
export interface ReceivedPart extends ReceivedPacket {
  readonly offset: number;
  readonly total: number;
}

/** A message that was not delivered. */
export interface Undelivered {
  /** Empty when not even the topic found room. */
  readonly topic: string;
  readonly total: number;
}

export interface IncomingParts {
  readonly core: Core;
  readonly block: number;
  readonly maximumMessageBytes: number;
  readonly streamLargeMessages: boolean;
  readonly onMessage: (packet: ReceivedPacket) => void;
  readonly onPart: (part: ReceivedPart) => void;
  readonly onTooLarge: (message: Undelivered) => void;
}

/** The message that `poll` has just reported, or a part of it, with bytes of its own. */
export function readMessage(core: Core, block: number): ReceivedPart {
  const topicAt = block + clientField(core, block, "eventTopicAt");
  const topicEnd = topicAt + clientField(core, block, "eventTopicLength");
  const payloadAt = block + clientField(core, block, "eventPayloadAt");
  const payload = Buffer.allocUnsafe(clientField(core, block, "eventPayloadLength"));
  core.bytes.copy(payload, 0, payloadAt, payloadAt + payload.length);
  const properties = eventProperties(core, block);
  return {
    cmd: "publish",
    topic: core.bytes.toString("utf8", topicAt, topicEnd),
    payload,
    qos: clientField(core, block, "eventQos") as QoS,
    retain: clientField(core, block, "eventRetain") === 1,
    dup: clientField(core, block, "eventDup") === 1,
    ...(properties !== null && { properties }),
    offset: clientField(core, block, "eventPartOffset"),
    total: clientField(core, block, "eventTotal"),
  };
}

export class Incoming {
  readonly #parts: IncomingParts;
  /** The parts of the message under way. */
  #chunks: Buffer[] = [];
  /** Its properties, which come with its first part. */
  #properties: Pick<ReceivedPacket, "properties"> = {};

  constructor(parts: IncomingParts) {
    this.#parts = parts;
  }

  /** The client reports a message or a part of one. */
  take(): void {
    const { core, block, streamLargeMessages } = this.#parts;
    const { offset, total, properties, ...bare } = readMessage(core, block);
    if (offset === 0) this.#properties = properties === undefined ? {} : { properties };
    const packet = { ...bare, ...this.#properties };
    if (packet.payload.length === total) this.#parts.onMessage(packet);
    else if (streamLargeMessages) this.#parts.onPart({ ...packet, offset, total });
    else this.#assemble({ ...packet, offset, total });
  }

  /** The rest of the message under way will not come; a redelivery begins again at offset 0. */
  abort(): void {
    this.#chunks = [];
  }

  #assemble({ offset, total, ...packet }: ReceivedPart): void {
    const isLast = offset + packet.payload.length === total;
    if (offset === 0) this.#chunks = [];
    if (total <= this.#parts.maximumMessageBytes) this.#chunks.push(packet.payload);
    if (!isLast) return;
    const { topic } = packet;
    if (this.#chunks.length === 0) this.#parts.onTooLarge({ topic, total });
    else this.#parts.onMessage({ ...packet, payload: Buffer.concat(this.#chunks) });
    this.#chunks = [];
  }
}
