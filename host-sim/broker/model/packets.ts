// Owns the bytes of what the broker sends, as mqtt-packet makes them. Refuses to know when it is sent.

import { generate, type IConnackPacket } from "mqtt-packet";
import type { Version } from "./message.ts";
import type { Delivery } from "./outgoing.ts";

export type AckName = "puback" | "pubrec" | "pubrel" | "pubcomp";

const ACK_HEADS: Readonly<Record<AckName, number>> = {
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
};

export const PINGRESP: Uint8Array = Uint8Array.of(0xd0, 0);

/** What the return codes of 3.1.1 are in 5. */
const REASONS: readonly number[] = [0, 0x84, 0x85, 0x88, 0x86, 0x87];

export function refusalBytes(returnCode: number, version: Version): Uint8Array {
  const reasonCode = REASONS[returnCode] ?? 0x80;
  return generate(
    { cmd: "connack", sessionPresent: false, returnCode, reasonCode },
    { protocolVersion: version },
  );
}

/** For a fault in a CONNECT of MQTT 5. */
export function connackErrorBytes(reasonCode: number): Uint8Array {
  return generate({ cmd: "connack", sessionPresent: false, reasonCode }, { protocolVersion: 5 });
}

export function connackBytes(
  isSessionPresent: boolean,
  version: Version,
  properties: IConnackPacket["properties"],
): Uint8Array {
  return generate(
    {
      cmd: "connack",
      // 3.1 has no such flag
      sessionPresent: isSessionPresent && version !== 3,
      returnCode: 0,
      reasonCode: 0,
      ...(version === 5 && { properties }),
    },
    { protocolVersion: version },
  );
}

/** Before MQTT 5 these four bytes are so frequent that they are written here; a test holds them against mqtt-packet. */
export function ackBytes(name: AckName, messageId: number, version: Version, reasonCode: number): Uint8Array {
  if (version === 5) return generate({ cmd: name, messageId, reasonCode }, { protocolVersion: 5 });
  return Uint8Array.of(ACK_HEADS[name], 2, messageId >> 8, messageId & 255);
}

/** `nowMs` on the clock by which the message expires. */
export function publishBytes(
  { message, qos, retain, subscriptionIds }: Delivery,
  messageId: number,
  isDup: boolean,
  version: Version,
  nowMs: number,
): Uint8Array {
  const { topic, payload, properties, expiresMs } = message;
  const isExpiring = Number.isFinite(expiresMs);
  return generate(
    {
      cmd: "publish",
      topic,
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.length),
      qos,
      retain,
      dup: isDup,
      messageId,
      ...(version === 5 && {
        properties: {
          ...properties,
          // [MQTT5-3.3.2-6]
          ...(isExpiring && { messageExpiryInterval: Math.max(1, Math.ceil((expiresMs - nowMs) / 1000)) }),
          ...(subscriptionIds.length > 0 && { subscriptionIdentifier: [...subscriptionIds] }),
        },
      }),
    },
    { protocolVersion: version },
  );
}

export function subackBytes(messageId: number, granted: readonly number[], version: Version): Uint8Array {
  return generate({ cmd: "suback", messageId, granted: [...granted] }, { protocolVersion: version });
}

export function unsubackBytes(messageId: number, granted: readonly number[], version: Version): Uint8Array {
  return generate({ cmd: "unsuback", messageId, granted: [...granted] }, { protocolVersion: version });
}

/** Only MQTT 5 lets a server say it. */
export function disconnectBytes(reasonCode: number): Uint8Array {
  return generate({ cmd: "disconnect", reasonCode }, { protocolVersion: 5 });
}
