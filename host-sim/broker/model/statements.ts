// Owns the statements that a client can break in a broker's sight: their ids, the words for it, and the reason code that MQTT 5
// has for it. Refuses to know how a breach is found.

import type { Version } from "./message.ts";

interface Statement {
  /** Of 3.1.1, which 3.1 is judged by too; null: what only 5 forbids. */
  readonly mqtt3: string | null;
  readonly mqtt5: string | null;
  readonly reason: number;
  readonly what: string;
}

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
/** Of AUTH: 0x8C is in no table of DISCONNECT's own. */
const NOT_AUTHORIZED = 0x87;

const CONNECT = {
  firstPacket: row("3.1.0-1", "3.1.0-1", PROTOCOL_ERROR, "the first packet is not CONNECT"),
  secondConnect: row("3.1.0-2", "3.1.0-2", PROTOCOL_ERROR, "a second CONNECT"),
  protocolName: row("3.1.2-1", "3.1.2-1", 0x84, "a protocol name that is not MQTT's"),
  connectReserved: row("3.1.2-3", "3.1.2-3", MALFORMED, "the reserved flag of CONNECT is set"),
  willMissing: row(
    "3.1.2-9",
    "3.1.2-9",
    MALFORMED,
    "the will flag is set, but will topic or message is missing",
  ),
  willUnflagged: row("3.1.2-11", null, MALFORMED, "more fields than the flags of CONNECT announce"),
  willQosUnflagged: row("3.1.2-13", "3.1.2-11", MALFORMED, "a will QoS without a will"),
  willQos3: row("3.1.2-14", "3.1.2-12", MALFORMED, "will QoS 3"),
  willRetainUnflagged: row("3.1.2-15", "3.1.2-13", MALFORMED, "will retain without a will"),
  userUnflagged: row(
    "3.1.2-18",
    "3.1.2-16",
    MALFORMED,
    "more fields than the flags of CONNECT announce: no user name flag",
  ),
  userMissing: row("3.1.2-19", "3.1.2-17", MALFORMED, "the user name flag is set, but there is no user name"),
  passwordUnflagged: row(
    "3.1.2-20",
    "3.1.2-18",
    MALFORMED,
    "more fields than the flags of CONNECT announce: no password flag",
  ),
  passwordMissing: row(
    "3.1.2-21",
    "3.1.2-19",
    MALFORMED,
    "the password flag is set, but there is no password",
  ),
  passwordAlone: row("3.1.2-22", null, MALFORMED, "a password without a user name"),
  clientIdMissing: row("3.1.3-3", "3.1.3-3", MALFORMED, "CONNECT has no client id"),
  clientIdText: row("3.1.3-4", "3.1.3-4", MALFORMED, "the client id is not UTF-8"),
  emptyIdNotClean: row("3.1.3-7", null, 0x85, "an empty client id with CleanSession 0"),
  clientIdLength: row("3.1.3-9", null, 0x85, "a client id that is not of 1 to 23 characters, in MQTT 3.1"),
  willTopicText: row("3.1.3-10", "3.1.3-11", MALFORMED, "the will topic is not UTF-8"),
  userText: row("3.1.3-11", "3.1.3-12", MALFORMED, "the user name is not UTF-8"),
} as const;

const ANY_PACKET = {
  malformed: row("4.8.0-1", "4.13.1-1", MALFORMED, "a malformed packet"),
  lengthMalformed: row("4.8.0-1", "4.13.1-1", MALFORMED, "a remaining length of more than four bytes"),
  lengthNotLeast: row(null, "1.5.5-1", MALFORMED, "a variable byte integer that is longer than it need be"),
  notForServers: row("4.8.0-1", "4.13.1-1", PROTOCOL_ERROR, "a packet that only a server sends, or nobody"),
  tooLarge: row("4.8.0-2", "3.2.2-15", 0x95, "a packet larger than the broker takes"),
  reservedFlags: row("2.2.2-1", "2.1.3-1", MALFORMED, "reserved flags are not as listed"),
  textBad: row("1.5.3-1", "1.5.4-1", MALFORMED, "a string is not UTF-8"),
  textNul: row("1.5.3-2", "1.5.4-2", MALFORMED, "a string with U+0000"),
  afterDisconnect: row("3.14.4-2", "3.14.4-1", PROTOCOL_ERROR, "something after DISCONNECT"),
  disconnectFlags: row("3.14.1-1", "3.14.1-1", MALFORMED, "reserved flags of DISCONNECT are set"),
  idZero: row("2.3.1-1", "2.2.1-3", MALFORMED, "packet id 0"),
  idInUse: row("2.3.1-2", "2.2.1-3", PROTOCOL_ERROR, "a packet id that is in use"),
} as const;

const TOPICS = {
  topicText: row("3.3.2-1", "3.3.2-1", MALFORMED, "the topic name is not UTF-8"),
  topicWildcard: row("3.3.2-2", "3.3.2-2", 0x90, "a wildcard in the topic of a PUBLISH"),
  willTopicWildcard: row("4.7.1-1", "4.7.0-1", 0x90, "a wildcard in the topic of a will"),
  topicEmpty: row("4.7.3-1", "4.7.3-1", 0x90, "an empty topic name"),
  topicNul: row("4.7.3-2", "4.7.3-2", MALFORMED, "a topic with U+0000"),
  filterEmpty: row("4.7.3-1", "4.7.3-1", 0x8f, "an empty topic filter"),
  hashMisplaced: row("4.7.1-2", "4.7.1-1", 0x8f, "a # that is not a last level of its own"),
  plusMisplaced: row("4.7.1-3", "4.7.1-2", 0x8f, "a + that is not a level of its own"),
} as const;

const PUBLISH = {
  qos3: row("3.3.1-4", "3.3.1-4", MALFORMED, "QoS 3"),
  dupQos0: row("3.3.1-2", "3.3.1-2", MALFORMED, "DUP at QoS 0"),
  dupMissing: row("3.3.1-1", "3.3.1-1", PROTOCOL_ERROR, "a PUBLISH that is sent again without DUP"),
  dupFirst: row(
    "4.3.2-1",
    "4.3.2-2",
    PROTOCOL_ERROR,
    "DUP on a QoS 1 PUBLISH that this session has not seen, and the session is new",
  ),
  dupFirstQos2: row(
    "4.3.3-1",
    "4.3.3-2",
    PROTOCOL_ERROR,
    "DUP on a QoS 2 PUBLISH that this session has not seen, and the session is new",
  ),
  otherUnderDup: row(
    "2.3.1-3",
    "2.2.1-3",
    PROTOCOL_ERROR,
    "a PUBLISH with DUP that is not what its packet id stands for",
  ),
  resentOutOfOrder: row("4.6.0-1", "4.6.0-1", PROTOCOL_ERROR, "PUBLISHes sent again in another order"),
  resentTooSoon: row(null, "4.4.0-1", PROTOCOL_ERROR, "a PUBLISH sent again within a connection"),
  qosTooHigh: row(null, "3.2.2-11", 0x9b, "a QoS above Maximum QoS"),
  retainRefused: row(null, "3.2.2-14", 0x9a, "RETAIN although it is not available"),
  receiveMaximum: row(null, "3.3.4-7", 0x93, "more unacknowledged PUBLISHes than Receive Maximum"),
  aliasTooHigh: row(null, "3.2.2-17", 0x94, "a topic alias above Topic Alias Maximum"),
  aliasUnwanted: row(null, "3.2.2-18", 0x94, "a topic alias although none is taken"),
  aliasZero: row(null, "3.3.2-8", 0x94, "topic alias 0"),
  aliasUnknown: row(
    null,
    "3.3.2-7",
    PROTOCOL_ERROR,
    "a topic alias that stands for nothing on this connection",
  ),
  subscriptionId: row(null, "3.3.4-6", PROTOCOL_ERROR, "a subscription identifier in a client's PUBLISH"),
  responseWildcard: row(null, "3.3.2-14", PROTOCOL_ERROR, "a wildcard in a response topic"),
} as const;

const ANSWERS = {
  ackForeign: row(
    "2.3.1-6",
    "2.2.1-5",
    PROTOCOL_ERROR,
    "an acknowledgement with the id of no PUBLISH sent to it",
  ),
  ackOfOtherKind: row(
    "3.3.4-1",
    "3.3.4-1",
    PROTOCOL_ERROR,
    "an acknowledgement that does not fit the PUBLISH's QoS",
  ),
  pubcompEarly: row("4.3.3-2", "4.3.3-11", PROTOCOL_ERROR, "a PUBCOMP before its PUBREL"),
  pubackOrder: row("4.6.0-2", "4.6.0-2", PROTOCOL_ERROR, "a PUBACK out of order"),
  pubrecOrder: row("4.6.0-3", "4.6.0-3", PROTOCOL_ERROR, "a PUBREC out of order"),
  pubrelOrder: row("4.6.0-4", "4.6.0-4", PROTOCOL_ERROR, "a PUBREL out of order"),
  pubrelEarly: row("4.3.3-1", "4.3.3-4", PROTOCOL_ERROR, "a PUBREL before its PUBREC"),
  publishAfterPubrel: row(
    "4.3.3-1",
    "4.3.3-6",
    PROTOCOL_ERROR,
    "a PUBLISH that is sent again after its PUBREL",
  ),
  pubrelFlags: row("3.6.1-1", "3.6.1-1", MALFORMED, "the flags of PUBREL are not 0010"),
} as const;

const SUBSCRIBE = {
  subscribeFlags: row("3.8.1-1", "3.8.1-1", MALFORMED, "the flags of SUBSCRIBE are not 0010"),
  subscribeText: row("3.8.3-1", "3.8.3-1", MALFORMED, "a topic filter is not UTF-8"),
  subscribeEmpty: row("3.8.3-3", "3.8.3-2", PROTOCOL_ERROR, "a SUBSCRIBE without a filter"),
  // the label is printed so in 3.1.1
  subscribeOptions: row("3-8.3-4", "3.8.3-5", MALFORMED, "reserved bits of the requested QoS, or QoS 3"),
  noLocalShared: row(null, "3.8.3-4", PROTOCOL_ERROR, "No Local on a shared subscription"),
  shareNameEmpty: row(null, "4.8.2-1", MALFORMED, "a shared subscription without a share name"),
  shareNameBad: row(null, "4.8.2-2", MALFORMED, "a share name with a wildcard, or no filter after it"),
  unsubscribeFlags: row("3.10.1-1", "3.10.1-1", MALFORMED, "the flags of UNSUBSCRIBE are not 0010"),
  unsubscribeText: row("3.10.3-1", "3.10.3-1", MALFORMED, "a topic filter is not UTF-8"),
  unsubscribeEmpty: row("3.10.3-2", "3.10.3-2", PROTOCOL_ERROR, "an UNSUBSCRIBE without a filter"),
} as const;

const ONLY_5 = {
  propertyRepeated: row(null, "4.13.1-1", PROTOCOL_ERROR, "a property that may come once, twice"),
  propertyForeign: row(null, "4.13.1-1", MALFORMED, "a property that does not belong into this packet"),
  propertyValue: row(null, "4.13.1-1", PROTOCOL_ERROR, "a property's value is out of range"),
  authUnasked: row(null, "4.12.0-7", PROTOCOL_ERROR, "AUTH without an authentication method in CONNECT"),
  authMethodMissing: row(null, "4.12.0-5", PROTOCOL_ERROR, "AUTH without an authentication method"),
  authMethodOther: row(
    null,
    "4.12.0-5",
    NOT_AUTHORIZED,
    "AUTH with another authentication method than CONNECT's",
  ),
  authMethodAnew: row(
    null,
    "4.12.1-1",
    NOT_AUTHORIZED,
    "an AUTH that begins anew with another authentication method than CONNECT's",
  ),
  authOutOfTurn: row(null, "4.12.0-3", PROTOCOL_ERROR, "an AUTH that is not what is due"),
  authReason: row(null, "3.15.2-1", PROTOCOL_ERROR, "a reason code that a client's AUTH does not have"),
  authDataAlone: row(
    null,
    "4.13.1-1",
    PROTOCOL_ERROR,
    "authentication data in CONNECT without an authentication method",
  ),
  beforeConnack: row(
    null,
    "3.1.2-30",
    PROTOCOL_ERROR,
    "neither AUTH nor DISCONNECT before CONNACK, although CONNECT has an authentication method",
  ),
  authFlags: row(null, "3.15.1-1", MALFORMED, "reserved flags of AUTH are set"),
  disconnectReason: row(null, "3.14.2-1", PROTOCOL_ERROR, "a reason code that DISCONNECT does not have"),
  ackReason: row(null, "3.4.2-1", PROTOCOL_ERROR, "a reason code that the acknowledgement does not have"),
  expiryRaised: row(null, "4.13.1-1", PROTOCOL_ERROR, "a session expiry in DISCONNECT, where CONNECT had 0"),
} as const;

export const STATEMENTS = {
  ...CONNECT,
  ...ANY_PACKET,
  ...TOPICS,
  ...PUBLISH,
  ...ANSWERS,
  ...SUBSCRIBE,
  ...ONLY_5,
} as const satisfies Readonly<Record<string, Statement>>;

export type Breach = keyof typeof STATEMENTS;

/** The label means different things in the two standards, so the version is part of it. */
export function statementId(breach: Breach, version: Version): string {
  const { mqtt3, mqtt5 } = STATEMENTS[breach] as Statement;
  if (version === 5 && mqtt5 !== null) return `MQTT5-${mqtt5}`;
  return mqtt3 === null ? `MQTT5-${mqtt5}` : `MQTT3-${mqtt3}`;
}

function row(mqtt3: string | null, mqtt5: string | null, reason: number, what: string): Statement {
  return { mqtt3, mqtt5, reason, what };
}
