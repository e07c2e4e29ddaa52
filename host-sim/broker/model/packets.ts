// Owns the bytes of what the broker sends, as mqtt-packet makes them or would make them. Refuses to know when it is sent.

import { generate, type IAuthPacket, type IConnackPacket, type Packet, writeToStream } from "mqtt-packet";
import type { Version } from "./message.ts";
import type { Delivery } from "./outgoing.ts";
import { plainPublishBytes } from "./publish-packet.ts";

// What it would remember otherwise, all 65,536 packet ids as bytes, takes a tenth of a second at the start of each run.
writeToStream.cacheNumbers = false;

export type AckName = "puback" | "pubrec" | "pubrel" | "pubcomp";

const ACK_HEADS: Readonly<Record<AckName, number>> = {
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
};

export const PINGRESP: Uint8Array = Uint8Array.of(0xd0, 0);

const CONNACK_NEW: Uint8Array = Uint8Array.of(0x20, 2, 0, 0);
const CONNACK_PRESENT: Uint8Array = Uint8Array.of(0x20, 2, 1, 0);

/** Past it all are forgotten, and remembered anew. */
const MOST_REMEMBERED = 256;

const bytesOf = new Map<string, Uint8Array>();

/** mqtt-packet's bytes of what is said at each connection, and mostly in the same words. Nobody may change them. */
function remembered(packet: Packet, version: Version): Uint8Array {
  const words = JSON.stringify([version, packet]);
  const known = bytesOf.get(words);
  if (known !== undefined) return known;
  const bytes = generate(packet, { protocolVersion: version });
  if (bytesOf.size === MOST_REMEMBERED) bytesOf.clear();
  bytesOf.set(words, bytes);
  return bytes;
}

/** What the return codes of 3.1.1 are in 5. */
const REASONS: readonly number[] = [0, 0x84, 0x85, 0x88, 0x86, 0x87];

export function refusalBytes(returnCode: number, version: Version): Uint8Array {
  const reasonCode = REASONS[returnCode] ?? 0x80;
  return remembered({ cmd: "connack", sessionPresent: false, returnCode, reasonCode }, version);
}

/** For a fault in a CONNECT of MQTT 5. */
export function connackErrorBytes(reasonCode: number): Uint8Array {
  return remembered({ cmd: "connack", sessionPresent: false, reasonCode }, 5);
}

/** Of an accepted client before MQTT 5. A test holds what is written here without mqtt-packet against it. */
export function connackBytes(isSessionPresent: boolean, version: 3 | 4): Uint8Array {
  // 3.1 has no such flag
  return isSessionPresent && version !== 3 ? CONNACK_PRESENT : CONNACK_NEW;
}

export function connackBytes5(
  isSessionPresent: boolean,
  properties: IConnackPacket["properties"],
): Uint8Array {
  return remembered({ cmd: "connack", sessionPresent: isSessionPresent, reasonCode: 0, properties }, 5);
}

/** Of AUTH, and of the CONNACK that ends it. */
export function authProperties(
  authenticationMethod: string,
  data: Uint8Array | null,
): NonNullable<IAuthPacket["properties"]> {
  return { authenticationMethod, ...(data !== null && { authenticationData: Buffer.from(data) }) };
}

/** Only MQTT 5 has it. */
export function authBytes(reasonCode: number, properties: IAuthPacket["properties"]): Uint8Array {
  return generate({ cmd: "auth", reasonCode, properties } as IAuthPacket, { protocolVersion: 5 });
}

export function ackBytes(name: AckName, messageId: number, version: Version, reasonCode: number): Uint8Array {
  if (version === 5 && reasonCode !== 0) {
    return generate({ cmd: name, messageId, reasonCode }, { protocolVersion: 5 });
  }
  const bytes = new Uint8Array(4);
  bytes[0] = ACK_HEADS[name];
  bytes[1] = 2;
  bytes[2] = messageId >> 8;
  bytes[3] = messageId;
  return bytes;
}

/** `nowMs` on the clock by which the message expires. */
export function publishBytes(
  delivery: Delivery,
  messageId: number,
  isDup: boolean,
  version: Version,
  nowMs: number,
): Uint8Array {
  return version === 5 && !isPlain(delivery)
    ? publishBytes5(delivery, messageId, isDup, nowMs)
    : plainPublishBytes(delivery, messageId, isDup, version);
}

/** Whether a PUBLISH of it has no properties. */
function isPlain({ message, subscriptionIds }: Delivery): boolean {
  return message.properties === null && message.expiresMs === Infinity && subscriptionIds.length === 0;
}

function publishBytes5(
  { message, qos, retain, subscriptionIds }: Delivery,
  messageId: number,
  isDup: boolean,
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
      properties: {
        ...properties,
        // [MQTT5-3.3.2-6]
        ...(isExpiring && { messageExpiryInterval: Math.max(1, Math.ceil((expiresMs - nowMs) / 1000)) }),
        ...(subscriptionIds.length > 0 && { subscriptionIdentifier: [...subscriptionIds] }),
      },
    },
    { protocolVersion: 5 },
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
  return remembered({ cmd: "disconnect", reasonCode }, 5);
}
