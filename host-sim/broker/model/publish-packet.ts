// Owns the bytes of a PUBLISH without properties, which are so frequent that mqtt-packet does not write them; a test holds them
// against it. Refuses to know who gets it.

import type { Version } from "./message.ts";
import type { Delivery } from "./outgoing.ts";

const PUBLISH = 0x30;
const DUP = 8;
const RETAIN = 1;

export function plainPublishBytes(
  { message, qos, retain }: Delivery,
  messageId: number,
  isDup: boolean,
  version: Version,
): Uint8Array {
  const { topic, payload } = message;
  const topicLength = Buffer.byteLength(topic);
  const idLength = qos === 0 ? 0 : 2;
  // [MQTT5-2.2.2-1] where there are none, their length says so
  const propertyBytes = version === 5 ? 1 : 0;
  const bodyLength = 2 + topicLength + idLength + propertyBytes + payload.length;
  const bytes = Buffer.allocUnsafe(1 + lengthSize(bodyLength) + bodyLength);
  bytes[0] = PUBLISH | (isDup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0);
  const topicAt = writeLength(bytes, 1, bodyLength);
  bytes.writeUInt16BE(topicLength, topicAt);
  bytes.write(topic, topicAt + 2);
  const idAt = topicAt + 2 + topicLength;
  if (idLength > 0) bytes.writeUInt16BE(messageId, idAt);
  if (propertyBytes > 0) bytes[idAt + idLength] = 0;
  bytes.set(payload, idAt + idLength + propertyBytes);
  return bytes;
}

function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 128; rest >>>= 7) size += 1;
  return size;
}

/** Answers with where the body begins. */
function writeLength(bytes: Uint8Array, at: number, length: number): number {
  let to = at;
  let rest = length;
  for (; rest >= 128; rest >>>= 7) bytes[to++] = (rest & 127) | 128;
  bytes[to++] = rest;
  return to;
}
