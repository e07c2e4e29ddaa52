// Owns what a PUBLISH of MQTT 5 may be, after what the broker announced. Refuses to know earlier PUBLISHes.

import type { Limits } from "./limits.ts";
import type { PublishPacket, Version } from "./message.ts";
import type { Breach } from "./statements.ts";

/** `open` QoS 1 and 2 messages are unacknowledged already. */
export function publishBreach(
  packet: PublishPacket,
  version: Version,
  open: number,
  limits: Limits,
): Breach | null {
  if (version !== 5) return null;
  if (packet.qos > limits.maximumQos) return "qosTooHigh";
  if (packet.retain && !limits.retainAvailable) return "retainRefused";
  // a repeat needs no place of its own
  if (packet.qos > 0 && packet.dup !== true && open >= limits.receiveMaximum) return "receiveMaximum";
  return propertiesBreach(packet, limits);
}

function propertiesBreach(
  { topic, properties }: PublishPacket,
  { topicAliasMaximum }: Limits,
): Breach | null {
  const alias = properties?.topicAlias;
  if (properties?.subscriptionIdentifier !== undefined) return "subscriptionId";
  if (/[+#]/.test(properties?.responseTopic ?? "")) return "responseWildcard";
  if (alias === 0) return "aliasZero";
  if (alias !== undefined && topicAliasMaximum === 0) return "aliasUnwanted";
  if (alias !== undefined && alias > topicAliasMaximum) return "aliasTooHigh";
  return topic === "" && alias === undefined ? "topicEmpty" : null;
}
