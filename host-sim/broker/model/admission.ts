// Owns what becomes of a CONNECT that may be sent: refused, or a session, new or resumed. Refuses to know streams, and what is
// said between the two.

import type { IConnackPacket, IConnectPacket } from "mqtt-packet";
import type { Inside } from "./inside.ts";
import { type Limits, MOST_PACKET_BYTES } from "./limits.ts";
import { happens } from "./manners.ts";
import { messageOf, type Version } from "./message.ts";
import { connackBytes, connackBytes5, connackErrorBytes, refusalBytes } from "./packets.ts";
import type { Session, Will } from "./session.ts";

/** What the client of one connection said that it takes. */
export interface ClientLimits {
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
}

export interface Admission<Origin> {
  readonly session: Session<Origin>;
  readonly isNew: boolean;
  readonly connack: Uint8Array;
  /** How long the client may be silent; 0: for ever. */
  readonly keepAliveMs: number;
  readonly limits: ClientLimits;
}

/** A CONNECT that was not refused. */
export interface Application {
  readonly packet: Readonly<IConnectPacket>;
  readonly version: Version;
}

const UNACCEPTABLE_VERSION = 1;
const NOT_AUTHORIZED = 5;
const QOS_NOT_SUPPORTED = 0x9b;
const RETAIN_NOT_SUPPORTED = 0x9a;
const BAD_METHOD = 0x8c;
const FOR_EVER = 0xffff_ffff;

/** `agreed` is what CONNACK says of the authentication that went before it. */
export function admit<Origin>(
  { packet, version }: Application,
  agreed: IConnackPacket["properties"],
  origin: Origin,
  inside: Inside<Origin>,
): Admission<Origin> {
  const { clock, limits, observer } = inside;
  const clientId = packet.clientId === "" ? inside.newClientId() : packet.clientId;
  const { session, isNew } = sessionFor(clientId, packet.clean === true, version, origin, inside);
  session.origin = origin;
  session.version = version;
  session.expiryMs = expiryMsOf(packet, version, limits);
  const assignedId = packet.clientId === "" ? clientId : null;
  session.will = willOf(packet, clock.nowMs);
  observer({ kind: "accepted", origin, clientId, version, session: isNew ? "created" : "resumed" });
  return {
    session,
    isNew,
    connack:
      version === 5
        ? connackBytes5(!isNew, {
            ...announced(limits, assignedId),
            ...granted(packet, limits),
            ...agreed,
          })
        : connackBytes(!isNew, version),
    keepAliveMs: keepAliveMsOf(packet, version, limits),
    limits: {
      receiveMaximum: packet.properties?.receiveMaximum ?? limits.inflightMessages,
      maximumPacketBytes: packet.properties?.maximumPacketSize ?? MOST_PACKET_BYTES,
    },
  };
}

/** CONNACK's bytes; null: the client is welcome, unless it fails to authenticate. */
export function refusalOf<Origin>(
  { packet, version }: Application,
  { limits, manners, authentication }: Inside<Origin>,
): Uint8Array | null {
  if (!limits.versions.includes(version)) return refusalBytes(UNACCEPTABLE_VERSION, version);
  const { refuse, refuseFive } = manners();
  if (version === 5 && refuseFive !== null)
    return refusalBytes(UNACCEPTABLE_VERSION, refuseFive === "reason" ? 5 : 4);
  if (refuse !== null) return refusalBytes(refuse, version);
  const method = packet.properties?.authenticationMethod;
  if (method === undefined && authentication?.isRequired === true)
    return refusalBytes(NOT_AUTHORIZED, version);
  if (version !== 5) return null;
  if (method !== undefined && method !== authentication?.name) return connackErrorBytes(BAD_METHOD);
  if ((packet.will?.qos ?? 0) > limits.maximumQos) return connackErrorBytes(QOS_NOT_SUPPORTED);
  return packet.will?.retain === true && !limits.retainAvailable
    ? connackErrorBytes(RETAIN_NOT_SUPPORTED)
    : null;
}

function sessionFor<Origin>(
  clientId: string,
  isClean: boolean,
  version: Version,
  origin: Origin,
  { sessions, wills, manners, random }: Inside<Origin>,
): { readonly session: Session<Origin>; readonly isNew: boolean } {
  // [MQTT3-3.1.4-2]
  sessions.find(clientId)?.link?.close("taken-over");
  const known = sessions.find(clientId);
  if (known !== undefined && isClean) sessions.end(known, "ended");
  else if (known !== undefined && happens(manners().forgetSession, random)) sessions.end(known, "forgotten");
  else if (known !== undefined) {
    sessions.keep(known);
    wills.withdraw(known);
    return { session: known, isNew: false };
  }
  return { session: sessions.create(clientId, origin, version), isNew: true };
}

function expiryMsOf(packet: Readonly<IConnectPacket>, version: Version, limits: Limits): number {
  if (version === 5) {
    const askedMs = intervalMs(packet.properties?.sessionExpiryInterval ?? 0);
    return Math.min(askedMs, intervalMs(limits.sessionExpirySeconds ?? FOR_EVER));
  }
  return packet.clean === true ? 0 : (limits.sessionExpiryMs ?? Number.POSITIVE_INFINITY);
}

/** [MQTT3-3.1.2-24] */
function keepAliveMsOf(packet: Readonly<IConnectPacket>, version: Version, limits: Limits): number {
  const seconds = (version === 5 ? limits.keepAliveSeconds : null) ?? packet.keepalive ?? 0;
  return seconds * 1500;
}

/** What the client gets in place of what it has asked for. */
function granted({ properties }: Readonly<IConnectPacket>, limits: Limits): IConnackPacket["properties"] {
  const { keepAliveSeconds, sessionExpirySeconds } = limits;
  const asked = properties?.sessionExpiryInterval ?? 0;
  return {
    ...(keepAliveSeconds !== null && { serverKeepAlive: keepAliveSeconds }),
    ...(sessionExpirySeconds !== null &&
      sessionExpirySeconds < asked && { sessionExpiryInterval: sessionExpirySeconds }),
  };
}

/** Of MQTT 5, which has a number for ever. */
export function intervalMs(seconds: number): number {
  return seconds === FOR_EVER ? Number.POSITIVE_INFINITY : seconds * 1000;
}

function willOf({ will }: Readonly<IConnectPacket>, nowMs: number): Will | null {
  if (will === undefined) return null;
  const { payload, qos = 0 } = will;
  const retain = will.retain === true;
  if (will.properties === undefined)
    return { message: messageOf(will.topic, { payload, qos, retain }, nowMs), delayMs: 0 };
  const { willDelayInterval = 0, ...properties } = will.properties;
  const message = messageOf(will.topic, { payload, qos, retain, properties }, nowMs);
  return { message, delayMs: willDelayInterval * 1000 };
}

/** What is as the standard has it by default is not said. */
function announced(limits: Limits, assignedClientIdentifier: string | null): IConnackPacket["properties"] {
  return {
    ...(limits.receiveMaximum < 65_535 && { receiveMaximum: limits.receiveMaximum }),
    ...(limits.maximumQos < 2 && { maximumQoS: limits.maximumQos }),
    ...(!limits.retainAvailable && { retainAvailable: false }),
    ...(limits.maximumPacketBytes < MOST_PACKET_BYTES && { maximumPacketSize: limits.maximumPacketBytes }),
    ...(limits.topicAliasMaximum > 0 && { topicAliasMaximum: limits.topicAliasMaximum }),
    ...(assignedClientIdentifier !== null && { assignedClientIdentifier }),
    sharedSubscriptionAvailable: false,
  };
}
