// Owns what an application message is inside the broker, whoever published it. Refuses to know packets and who gets it.

import type { IPublishPacket } from "mqtt-packet";

export type QoS = 0 | 1 | 2;

/** 3 is MQTT 3.1, 4 is 3.1.1. */
export type Version = 3 | 4 | 5;

/** mqtt-packet's, whose payload is a Buffer when it is read, or read here. */
export type PublishPacket = Omit<IPublishPacket, "payload"> & { readonly payload: string | Uint8Array };

export type PublishProperties = NonNullable<IPublishPacket["properties"]>;

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** As it was published; what a subscriber sees is another matter. */
  readonly retain: boolean;
  /** Those that are forwarded unaltered, such as the user's; null when there are none. */
  readonly properties: PublishProperties | null;
  /** On the broker's clock; Infinity when it does not expire. */
  readonly expiresMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Takes out what concerns one hop alone, and turns the expiry interval into a moment. */
export function messageOf(
  topic: string,
  packet: Pick<PublishPacket, "payload" | "qos" | "retain" | "properties">,
  nowMs: number,
): Message {
  const { qos, retain } = packet;
  const payload = packet.payload as Uint8Array;
  const given = packet.properties;
  if (given === undefined) return { topic, payload, qos, retain, properties: null, expiresMs: NEVER };
  const { topicAlias: _alias, messageExpiryInterval, ...properties } = given;
  const expiresMs = messageExpiryInterval === undefined ? NEVER : nowMs + messageExpiryInterval * 1000;
  return { topic, payload, qos, retain, properties, expiresMs };
}
