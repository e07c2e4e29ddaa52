// Owns what is wrong with a server's packet at a moment, read from the standards 3.1 and 3.1.1 and not from the client. Refuses to
// know the client, and in which order it finds faults: all of them are told.

import { CloseReason } from "../../../layout.generated.ts";
import type { Moment, Version } from "./moments.ts";
import { isTopicName } from "./topics.ts";

/** A packet as a server may send it: whole, with a Remaining Length that is true. */
export interface Said {
  readonly first: number;
  readonly body: Buffer;
}

const NAMES = [
  ...["", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP"],
  ...["SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"],
];
const FROM_SERVERS = new Set([
  ...["CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBACK", "UNSUBACK", "PINGRESP"],
]);
const LAST_RETURN_CODE = 5;
const SUBACK_CODES = new Set([0, 1, 2, 0x80]);

/** Of 5: type 15 is none before. */
export function packetName({ first }: Said): string {
  return NAMES[first >> 4] ?? "";
}

/** Every reason for which the client must close; none: it must go on. */
export function faultsOf(said: Said, moment: Moment, version: Version): ReadonlySet<CloseReason> {
  const name = packetName(said);
  const faults = new Set<CloseReason>();
  const comesFirst = moment.connect !== null;
  if (!FROM_SERVERS.has(name) || (name === "CONNACK") !== comesFirst || moment.connect === "none")
    faults.add(CloseReason.UnexpectedPacket);
  for (const fault of flagFaults(name, said.first & 15, version)) faults.add(fault);
  for (const fault of bodyFaults(name, said, moment, version)) faults.add(fault);
  return faults;
}

export function* flagFaults(name: string, flags: number, version: Version): Iterable<CloseReason> {
  if (name === "PUBLISH") {
    const qos = (flags >> 1) & 3;
    if (qos === 3 || (qos === 0 && flags >= 8)) yield CloseReason.BadQos;
  } else {
    const listed = name === "PUBREL" ? 2 : 0;
    const isRepeatOf31 = name === "PUBREL" && version === 3 && flags === (listed | 8);
    if (flags !== listed && !isRepeatOf31) yield CloseReason.BadFlags;
  }
}

function* bodyFaults(name: string, said: Said, moment: Moment, version: Version): Iterable<CloseReason> {
  const { body } = said;
  if (name === "PUBLISH") yield* publishFaults(said);
  else if (name === "SUBACK") yield* subackFaults(body, moment);
  else if (name === "PINGRESP" || body.length !== 2) {
    if (body.length !== (name === "PINGRESP" ? 0 : 2)) yield CloseReason.BadLength;
  } else if (name === "CONNACK") yield* connackFaults(body, moment, version);
  else yield* ackFaults(name, body.readUInt16BE(0), moment);
}

function* connackFaults(body: Buffer, { connect }: Moment, version: Version): Iterable<CloseReason> {
  const [flags = 0, code = 0] = body;
  const isPresent = version === 4 && flags === 1;
  if (code > LAST_RETURN_CODE) yield CloseReason.BadConnack;
  else if (code > 0) yield CloseReason.Refused;
  // 3.1 has no Session Present: the byte is reserved, and nobody is told to look at it
  if (version === 4 && flags > 1) yield CloseReason.BadConnack;
  if (isPresent && (code > 0 || connect === "clean")) yield CloseReason.BadConnack;
}

function* publishFaults({ first, body }: Said): Iterable<CloseReason> {
  const qos = (first >> 1) & 3;
  const idBytes = qos === 0 ? 0 : 2;
  const topicBytes = body.length < 2 ? 0 : body.readUInt16BE(0);
  const isCutShort = body.length < 2 + topicBytes + idBytes;
  // two bytes cannot be a PUBLISH, whatever they say of its topic
  if (isCutShort || body.length < 3) yield CloseReason.BadLength;
  if (isCutShort) return;
  const topic = body.subarray(2, 2 + topicBytes);
  if (!isTopicName(topic)) yield CloseReason.BadTopic;
  if (qos > 0 && body.readUInt16BE(2 + topicBytes) === 0) yield CloseReason.BadPacketId;
}

function* subackFaults(body: Buffer, { request }: Moment): Iterable<CloseReason> {
  if (request?.answer !== "SUBACK") yield CloseReason.UnexpectedAck;
  if (body.length !== 2 + (request?.filters ?? -1)) yield CloseReason.BadSuback;
  if (body.length < 2) return;
  const packetId = body.readUInt16BE(0);
  if (packetId !== 1) yield CloseReason.BadPacketId;
  if (!body.subarray(2).every((code) => SUBACK_CODES.has(code))) yield CloseReason.BadSuback;
}

function* ackFaults(name: string, packetId: number, moment: Moment): Iterable<CloseReason> {
  if (packetId === 0) yield CloseReason.BadPacketId;
  if (name === "UNSUBACK") {
    if (moment.request?.answer !== "UNSUBACK") yield CloseReason.UnexpectedAck;
    if (packetId !== 1) yield CloseReason.BadPacketId;
  } else if (name !== "PUBREL" && packetId === 1 && moment.acks?.some((ack) => ack === name) === false) {
    yield CloseReason.UnexpectedAck;
  }
}
