// Owns the reading of what comes a hundred thousand times in a simulated year, because mqtt-packet takes longer over it than all
// the rest of the broker. Refuses to judge it, and to read what is rare.

import type { ByteMemo } from "./byte-memo.ts";
import { textAt, u16At } from "./fields.ts";
import type { PublishPacket, PublishProperties, Version } from "./message.ts";
import type { ClientPacket } from "./reader.ts";
import { Type } from "./strict-head.ts";

const ACK_NAMES = ["puback", "pubrec", "pubrel", "pubcomp"] as const;
const PINGREQ: ClientPacket = { cmd: "pingreq" };

/** An acknowledgement that is its id alone: in MQTT 5 that means success. */
const PLAIN_ACK_BYTES = 4;

/** A longer one takes two bytes. */
const ONE_BYTE_LENGTH_MAX = 127;

const MESSAGE_EXPIRY = 0x02;
const TOPIC_ALIAS = 0x23;

/**
 * PINGREQ, acknowledgements of success, and PUBLISH, in MQTT 5 with no properties but a message's expiry and alias. Each must have
 * been judged; null: it is none of them. A test holds it against mqtt-packet.
 */
export function readOften(
  frame: Uint8Array,
  bodyAt: number,
  version: Version,
  topics: ByteMemo<string>,
): ClientPacket | null {
  const type = (frame[0] as number) >> 4;
  if (type === Type.Publish) return readPublish(frame, bodyAt, version, topics);
  if (type === Type.Pingreq) return PINGREQ;
  if (type < Type.Puback || type > Type.Pubcomp || frame.length !== PLAIN_ACK_BYTES) return null;
  const cmd = ACK_NAMES[type - Type.Puback] as "puback";
  const messageId = u16At(frame, bodyAt);
  return version === 5 ? { cmd, messageId, reasonCode: 0 } : { cmd, messageId };
}

function readPublish(
  frame: Uint8Array,
  bodyAt: number,
  version: Version,
  topics: ByteMemo<string>,
): PublishPacket | null {
  const first = frame[0] as number;
  const qos = ((first >> 1) & 3) as 0 | 1 | 2;
  const topicEnd = bodyAt + 2 + u16At(frame, bodyAt);
  const headEnd = qos === 0 ? topicEnd : topicEnd + 2;
  const propertyBytes = version === 5 ? (frame[headEnd] as number) : 0;
  const payloadAt = version === 5 ? headEnd + 1 + propertyBytes : headEnd;
  const properties = propertyBytes === 0 ? undefined : readProperties(frame, headEnd + 1, payloadAt);
  if (properties === null || propertyBytes > ONE_BYTE_LENGTH_MAX) return null;
  // one shape for all: as many as there are differ in this alone, and what reads them would be slower for each
  return {
    cmd: "publish",
    qos,
    dup: (first & 8) !== 0,
    retain: (first & 1) !== 0,
    topic: topicAt(frame, bodyAt + 2, topicEnd, topics),
    messageId: qos === 0 ? undefined : u16At(frame, topicEnd),
    payload: frame.slice(payloadAt),
    properties,
  };
}

/** Null where there is another. */
function readProperties(frame: Uint8Array, from: number, to: number): PublishProperties | null {
  const properties: PublishProperties = {};
  for (let at = from; at < to; ) {
    const id = frame[at];
    if (id === TOPIC_ALIAS) {
      properties.topicAlias = u16At(frame, at + 1);
      at += 3;
    } else if (id === MESSAGE_EXPIRY) {
      properties.messageExpiryInterval = u16At(frame, at + 1) * 0x1_0000 + u16At(frame, at + 3);
      at += 5;
    } else {
      return null;
    }
  }
  return properties;
}

function topicAt(frame: Uint8Array, from: number, to: number, topics: ByteMemo<string>): string {
  const known = topics.find(frame, from, to);
  if (known !== null) return known;
  const topic = textAt(frame, from, to);
  topics.keep(frame, from, to, topic);
  return topic;
}
