// Owns how a `publish` line becomes a call: which of the client's ways it takes, and what it needs of the caller later. Prints
// nothing.
import { encodeProperties } from "../../client/properties/encode.ts";
import type { TopicCache } from "../../client/topic-cache.ts";
import type { Core } from "../../device/core.ts";
import { Option, Packet, Status } from "../../device/layout.generated.ts";
import { propertiesFrom } from "./json-properties.ts";
import { type PublishRequest, payloadOf } from "./request.ts";

const MOST_TOPIC_BYTES = 65_535;
/** What the outbox keeps beside topic, properties and payload, at most: two lengths, and the expiry. */
const MOST_EXTRA_BYTES = 8;

export interface Offered {
  /** A ticket, or why not. */
  readonly ticket: number;
  /** The whole payload, when the client asks for it in parts while it is sent. */
  readonly payload: Uint8Array | null;
}

/** Throws a `PropertyError`; nothing has then changed. */
export function offer(
  core: Core,
  block: number,
  topics: TopicCache,
  outboxBytes: number,
  request: PublishRequest,
  nowMs: number,
): Offered {
  const topic = Buffer.from(request.topic);
  if (topic.length > MOST_TOPIC_BYTES) return { ticket: Status.TopicTooLarge, payload: null };
  const properties = encodeProperties(core, Packet.Publish, propertiesFrom(request.properties));
  const payload = payloadOf(request);
  const options = request.qos | (request.retain ? Option.Retain : 0);
  const handle = topics.handleOf(request.topic);
  const { exports, inbox } = core;
  const nameBytes = handle === 0 ? core.put(inbox, topic) : 0;
  const propertiesAt = inbox + nameBytes;
  const name = [block, handle, inbox, nameBytes, propertiesAt, core.put(propertiesAt, properties)] as const;
  // What does not fit the outbox even when it is empty is asked for in parts while it is sent.
  if (MOST_EXTRA_BYTES + topic.length + properties.length + payload.length > outboxBytes) {
    return { ticket: exports.publishPartsWith(...name, payload.length, options, nowMs), payload };
  }
  const payloadAt = propertiesAt + properties.length;
  core.put(payloadAt, payload);
  return { ticket: exports.publishWith(...name, payloadAt, payload.length, options, nowMs), payload: null };
}
