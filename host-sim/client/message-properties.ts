// Owns what a program may say with a message, and its properties as they wait to be sent: encoded, but for the expiry, which
// goes on counting. Knows no outbox.

import type { Core } from "../device/core.ts";
import { Packet } from "../device/layout.generated.ts";
import type { QoS } from "./options.ts";
import { checkProperty, encodeProperties } from "./properties/encode.ts";
import type { Properties } from "./properties/table.ts";

/** Properties are MQTT 5's, and are not sent where the broker does not speak it; a message expiry counts all the same. */
export interface PublishOptions {
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly properties?: Properties;
  /** QoS and retain may be lowered to what the broker takes; else it is refused, or dropped as `not-supported-by-broker`. */
  readonly mayLower?: boolean;
}

/** A message as its caller gave it. */
export interface PlainMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly mayLower: boolean;
}

export interface MessageProperties {
  /** As they are sent, without the expiry. */
  readonly properties: Uint8Array;
  /** Seconds, null for none. */
  readonly expiry: number | null;
}

export const NO_PROPERTIES: MessageProperties = { properties: new Uint8Array(), expiry: null };

/** Throws a `PropertyError`. */
export function messageProperties(core: Core, properties: Properties): MessageProperties {
  const { messageExpiryInterval, ...others } = properties;
  if (messageExpiryInterval !== undefined)
    checkProperty(Packet.Publish, "messageExpiryInterval", messageExpiryInterval);
  return {
    properties: encodeProperties(core, Packet.Publish, others),
    expiry: messageExpiryInterval ?? null,
  };
}
