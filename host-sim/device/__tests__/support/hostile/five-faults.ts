// Owns what is wrong with a server's packet at a moment of MQTT 5, and what DISCONNECT says about it, read from the standard and
// not from the client. Refuses to know the client, and in which order it finds faults: all of them are told.

import { CloseReason } from "../../../layout.generated.ts";
import { flagFaults, packetName, type Said } from "./faults.ts";
import type { FiveMoment } from "./five-moments.ts";
import {
  AUTH_METHOD,
  type PropertiesRead,
  readProperties,
  TOPIC_ALIAS,
  tellProblem,
} from "./five-properties.ts";
import { isTopicName } from "./topics.ts";

const FROM_SERVERS = new Set([
  ...["CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBACK", "UNSUBACK", "PINGRESP"],
  ...["DISCONNECT", "AUTH"],
]);

const codes = (hex: string): ReadonlySet<number> => new Set(hex.split(" ").map((code) => parseInt(code, 16)));
const PUBLISHED = codes("00 10 80 83 87 90 91 97 99");
const RELEASED = codes("00 92");

/** The reason codes that a server may give: table 2-6. */
const REASON_CODES: Readonly<Record<string, ReadonlySet<number>>> = {
  CONNACK: codes("00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f"),
  PUBACK: PUBLISHED,
  PUBREC: PUBLISHED,
  PUBREL: RELEASED,
  PUBCOMP: RELEASED,
  SUBACK: codes("00 01 02 80 83 87 8f 91 97 9e a1 a2"),
  UNSUBACK: codes("00 11 80 83 87 8f 91"),
  DISCONNECT: codes("00 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2"),
  AUTH: codes("00 18"),
};
const UNSUPPORTED_VERSION = 0x84;

/** What DISCONNECT says: malformed, a protocol error, or a code of its own. Faults that end a connection otherwise say nothing. */
export const SAID_OF_FAULT: ReadonlyMap<CloseReason, number> = new Map([
  ...[CloseReason.BadFlags, CloseReason.BadLength, CloseReason.BadQos, CloseReason.BadTopic].map(
    (fault) => [fault, 0x81] as const,
  ),
  [CloseReason.BadProperties, 0x81],
  ...[CloseReason.UnexpectedPacket, CloseReason.UnexpectedAck, CloseReason.BadPacketId].map(
    (fault) => [fault, 0x82] as const,
  ),
  ...[CloseReason.BadSuback, CloseReason.BadReasonCode, CloseReason.BadPropertyValue].map(
    (fault) => [fault, 0x82] as const,
  ),
  [CloseReason.BadAuthentication, 0x82],
  [CloseReason.ReceiveMaximumExceeded, 0x93],
  [CloseReason.BadTopicAlias, 0x94],
  [CloseReason.PacketTooLarge, 0x95],
]);

/** Every reason for which the client must close; none: it must go on. */
export function faultsOfFive(said: Said, moment: FiveMoment): ReadonlySet<CloseReason> {
  const name = packetName(said);
  const faults = new Set<CloseReason>(flagFaults(name, said.first & 15, 5));
  if (!mayCome(name, moment)) faults.add(CloseReason.UnexpectedPacket);
  if (lengthOf(said) > moment.largestPacket) faults.add(CloseReason.PacketTooLarge);
  for (const fault of bodyFaults(name, said, moment)) faults.add(fault);
  if (name === "DISCONNECT" && faults.size === 0) faults.add(CloseReason.ServerDisconnect);
  return faults;
}

function mayCome(name: string, { connect }: FiveMoment): boolean {
  if (!FROM_SERVERS.has(name) || connect === "none") return false;
  return name === "AUTH" || (name === "CONNACK") === (connect !== null);
}

function lengthOf({ body }: Said): number {
  return 1 + (body.length < 128 ? 1 : 2) + body.length;
}

function bodyFaults(name: string, said: Said, moment: FiveMoment): Iterable<CloseReason> {
  if (name === "PUBLISH") return publishFaults(said, moment);
  if (name === "CONNACK") return connackFaults(said.body, moment);
  if (name === "SUBACK" || name === "UNSUBACK") return requestFaults(name, said.body, moment);
  if (name === "DISCONNECT") return tailFaults(name, said.body, moment);
  if (name === "AUTH") return authFaults(said.body, moment);
  if (name === "PINGRESP") return said.body.length > 0 ? [CloseReason.BadLength] : [];
  return ackFaults(name, said.body, moment);
}

/** Faults of properties that a client which wants to hear of no problems calls wrong besides. */
function* propertyFaults(read: PropertiesRead, name: string, moment: FiveMoment): Iterable<CloseReason> {
  yield* read.faults;
  const mayTell = ["PUBLISH", "CONNACK", "DISCONNECT"].includes(name) || !moment.isSilent;
  if (tellProblem(read) && !mayTell) yield CloseReason.BadPropertyValue;
}

/** Properties with which a packet ends. */
function* lastProperties(bytes: Buffer, name: string, moment: FiveMoment): Iterable<CloseReason> {
  const read = readProperties(bytes, name);
  yield* propertyFaults(read, name, moment);
  if (read.rest !== null && read.rest.length > 0) yield CloseReason.BadLength;
}

/** A reason code and properties, which may be left out from the end. */
function* tailFaults(name: string, tail: Buffer, moment: FiveMoment): Iterable<CloseReason> {
  if (!REASON_CODES[name]?.has(tail[0] ?? 0)) yield CloseReason.BadReasonCode;
  if (tail.length > 1) yield* lastProperties(tail.subarray(1), name, moment);
}

function methodOf(read: PropertiesRead): string | null {
  return read.values.get(AUTH_METHOD)?.toString("utf8", 2) ?? null;
}

function* connackFaults(body: Buffer, moment: FiveMoment): Iterable<CloseReason> {
  const [flags = 0, code = 0] = body;
  // the refusal of a broker that knows no 5; nothing else has this shape
  if (body.length === 2 && flags === 0 && code === 1) yield CloseReason.OlderVersion;
  else if (body.length <= 2) yield CloseReason.BadLength;
  if (body.length <= 2) return;
  if (flags > 1 || !REASON_CODES.CONNACK?.has(code)) yield CloseReason.BadConnack;
  if (flags === 1 && (code > 0 || moment.connect === "clean")) yield CloseReason.BadConnack;
  yield* lastProperties(body.subarray(2), "CONNACK", moment);
  if (code === UNSUPPORTED_VERSION) yield CloseReason.OlderVersion;
  else if (code > 0) yield CloseReason.Refused;
  else if (methodOf(readProperties(body.subarray(2), "CONNACK")) !== moment.method)
    yield CloseReason.BadAuthentication;
}

function* publishFaults(said: Said, moment: FiveMoment): Iterable<CloseReason> {
  const { first, body } = said;
  const qos = (first >> 1) & 3;
  const idAt = body.length < 2 ? 2 : 2 + body.readUInt16BE(0);
  const propertiesAt = idAt + (qos === 0 ? 0 : 2);
  const isCutShort = body.length < Math.max(3, propertiesAt);
  if (isCutShort) yield CloseReason.BadLength;
  if (isCutShort) return;
  const topic = body.subarray(2, idAt);
  if (topic.length > 0 && !isTopicName(topic)) yield CloseReason.BadTopic;
  if (qos > 0) yield* idFaults(qos, body.readUInt16BE(idAt), moment);
  const read = readProperties(body.subarray(propertiesAt), "PUBLISH");
  yield* read.faults;
  yield* aliasFaults(topic, read.values.get(TOPIC_ALIAS)?.readUInt16BE(0), moment);
}

function* idFaults(qos: number, packetId: number, moment: FiveMoment): Iterable<CloseReason> {
  if (packetId === 0) yield CloseReason.BadPacketId;
  const isAgain = qos === 2 && moment.inboundId === packetId;
  if (moment.isReceiveMaximumReached && !isAgain) yield CloseReason.ReceiveMaximumExceeded;
}

/** Chapter 3.3.4: what an alias of 0 or above the maximum is, and one that stands for no topic. */
function* aliasFaults(topic: Buffer, alias: number | undefined, moment: FiveMoment): Iterable<CloseReason> {
  if (alias !== undefined && alias > moment.aliasMaximum) yield CloseReason.BadTopicAlias;
  if (topic.length === 0 && (alias === undefined || !moment.aliases.includes(alias)))
    yield CloseReason.BadPropertyValue;
}

function* requestFaults(name: string, body: Buffer, moment: FiveMoment): Iterable<CloseReason> {
  if (moment.request?.answer !== name) yield CloseReason.UnexpectedAck;
  if (body.length < 4) yield CloseReason.BadLength;
  if (body.length < 2) return;
  if (body.readUInt16BE(0) !== 1) yield CloseReason.BadPacketId;
  const read = readProperties(body.subarray(2), name);
  yield* propertyFaults(read, name, moment);
  const isCodes = read.rest?.every((code) => REASON_CODES[name]?.has(code)) ?? true;
  if (!isCodes || (read.rest !== null && read.rest.length !== moment.request?.filters))
    yield CloseReason.BadSuback;
}

function* ackFaults(name: string, body: Buffer, moment: FiveMoment): Iterable<CloseReason> {
  if (body.length < 2) yield CloseReason.BadLength;
  if (body.length < 2) return;
  const packetId = body.readUInt16BE(0);
  if (packetId === 0) yield CloseReason.BadPacketId;
  yield* tailFaults(name, body.subarray(2), moment);
  if (name !== "PUBREL" && packetId === 1 && moment.acks?.some((ack) => ack === name) === false)
    yield CloseReason.UnexpectedAck;
}

function* authFaults(body: Buffer, moment: FiveMoment): Iterable<CloseReason> {
  yield* tailFaults("AUTH", body, moment);
  const method = body.length < 2 ? null : methodOf(readProperties(body.subarray(1), "AUTH"));
  const isAgreed = moment.method !== null && method === moment.method;
  if (!isAgreed || !moment.authCodes.includes(body[0] ?? 0)) yield CloseReason.BadAuthentication;
}
