// Owns what an application message is inside the broker, whoever published it. Refuses to know packets and who gets it.

import type { IPublishPacket } from "mqtt-packet";

export type QoS = 0 | 1 | 2;

/** 3 is MQTT 3.1, 4 is 3.1.1. */
export type Version = 3 | 4 | 5;

/** mqtt-packet's, whose payload is a Buffer when it is read, or read here. */
export type PublishPacket = Omit<IPublishPacket, "payload" | "properties"> & {
  readonly payload: string | Uint8Array;
  readonly properties?: PublishProperties | undefined;
};

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

const OF_ONE_HOP: ReadonlySet<string> = new Set(["topicAlias", "messageExpiryInterval"]);

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
  const { messageExpiryInterval } = given;
  const expiresMs = messageExpiryInterval === undefined ? NEVER : nowMs + messageExpiryInterval * 1000;
  return { topic, payload, qos, retain, properties: forwarded(given), expiresMs };
}

/** Without those of one hop. Most have no others, and nothing is made for them. */
function forwarded(given: PublishProperties): PublishProperties | null {
  for (const name in given) {
    if (OF_ONE_HOP.has(name)) continue;
    const { topicAlias: _alias, messageExpiryInterval: _interval, ...properties } = given;
    return properties;
  }
  return null;
}
