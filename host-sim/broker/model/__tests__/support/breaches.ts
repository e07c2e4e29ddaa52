// Owns one way to break each statement that the broker watches over. Refuses to know how the broker finds out.

import type { Packet } from "mqtt-packet";
import type { AuthenticationMethod } from "../../authentication.ts";
import type { Limits } from "../../limits.ts";
import type { Manners } from "../../manners.ts";
import type { Version } from "../../message.ts";
import type { Breach } from "../../statements.ts";
import type { BrokerBench, RawClient } from "./broker-bench.ts";
import { connect, field, frame, NOT_UTF8, packet, SURROGATE, u16, WITH_NUL } from "./bytes.ts";
import { METHOD, questions } from "./questions.ts";

export interface Offence {
  readonly breach: Breach;
  readonly version: Version;
  readonly limits?: Partial<Limits>;
  readonly manners?: Partial<Manners>;
  readonly authentication?: AuthenticationMethod;
  readonly commit: (bench: BrokerBench) => void;
}

const ID = field("d");

/** The first bytes of a connection. */
function first(breach: Breach, bytes: Uint8Array, version: Version = 4): Offence {
  return { breach, version, commit: (bench) => bench.dial("d", version).sendBytes(bytes) };
}

/** Bytes of an accepted client. */
function then(
  breach: Breach,
  bytes: Uint8Array,
  version: Version = 4,
  limits: Partial<Limits> = {},
): Offence {
  return { breach, version, limits, commit: (bench) => bench.connected("d", { version }).sendBytes(bytes) };
}

/** What a client with a persistent session does. */
function story(
  breach: Breach,
  act: (client: RawClient, bench: BrokerBench) => void,
  more: Partial<Offence> = {},
): Offence {
  const version = more.version ?? 4;
  return {
    ...more,
    breach,
    version,
    commit: (bench) => act(bench.connected("d", { version, clean: false, ...LONG }), bench),
  };
}

const LONG = { properties: { sessionExpiryInterval: 100 } };

function again(bench: BrokerBench, version: Version = 4): RawClient {
  return bench.connected("d", { version, clean: false, ...LONG });
}

/** A message to the client, which has subscribed to all of its own. */
function give(bench: BrokerBench, qos: 1 | 2, times = 1): void {
  for (let i = 0; i < times; i++) {
    bench.broker.publish({ topic: "to/d", payload: Buffer.from(`m${i}`), qos, retain: false });
  }
  bench.advanceMs(0);
}

function publish5(properties: object, topic = "t", qos: 0 | 1 = 0): Buffer {
  const content = {
    cmd: "publish",
    topic,
    payload: "x",
    qos,
    dup: false,
    retain: false,
    messageId: 1,
    properties,
  };
  return packet(content as Packet, 5);
}

const CONNECTING: readonly Offence[] = [
  first("firstPacket", packet({ cmd: "pingreq" })),
  then("secondConnect", connect(2, [ID])),
  first("protocolName", frame(0x10, field("MQTX"), 4, 2, u16(0), ID)),
  first("protocolName", frame(0x10, field("mqtt"), 4, 2, u16(0), ID)),
  first("connectReserved", connect(3, [ID])),
  first("willMissing", connect(6, [ID, field("will")])),
  first("willMissing", connect(6, [ID])),
  first("willUnflagged", connect(0xc2, [ID, field("u"), field("p"), field("more")])),
  first("willQosUnflagged", connect(0x0a, [ID])),
  first("willQos3", connect(0x1e, [ID, field("will"), field("x")])),
  first("willRetainUnflagged", connect(0x22, [ID])),
  first("userUnflagged", connect(2, [ID, field("user")])),
  first("userMissing", connect(0x82, [ID])),
  first("passwordUnflagged", connect(0x82, [ID, field("user"), field("password")])),
  first("passwordMissing", connect(0xc2, [ID, field("user")])),
  first("passwordAlone", connect(0x42, [ID, field("password")])),
  first("clientIdMissing", connect(2, [])),
  first("clientIdText", connect(2, [field(SURROGATE)])),
  first("textNul", connect(2, [field(WITH_NUL)])),
  first("emptyIdNotClean", connect(0, [field("")])),
  first("clientIdLength", connect(2, [field("")], 3), 3),
  first("clientIdLength", connect(2, [field("x".repeat(24))], 3), 3),
  first("willTopicText", connect(6, [ID, field(NOT_UTF8), field("x")])),
  first("willTopicWildcard", connect(6, [ID, field("a/#"), field("x")])),
  first("topicEmpty", connect(6, [ID, field(""), field("x")])),
  first("userText", connect(0x82, [ID, field(NOT_UTF8)])),
  first("malformed", connect(0xc6, [ID, field("w"), field("x"), field("u"), field("p"), field("more")])),
];

const ANY_PACKET: readonly Offence[] = [
  then("malformed", frame(0xc0, 0)),
  then("malformed", frame(0xe0, 0)),
  then("malformed", frame(0x40, 0, 1, 0)),
  then("malformed", frame(0x40, 1)),
  then("malformed", frame(0x30, u16(9), 0x61)),
  then("malformed", frame(0x32, field("t"), 0)),
  then("malformed", frame(0x82, u16(1), field("t"))),
  then("lengthMalformed", Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])),
  then("lengthNotLeast", Buffer.from([0xc0, 0x80, 0x00]), 5),
  then("notForServers", frame(0x20, 0, 0)),
  then("notForServers", frame(0xd0)),
  then("notForServers", frame(0x00)),
  then("notForServers", frame(0xf0)),
  then(
    "tooLarge",
    packet({ cmd: "publish", topic: "t", payload: "x".repeat(60), qos: 0, dup: false, retain: false }),
    4,
    {
      maximumPacketBytes: 60,
    },
  ),
  then("reservedFlags", Buffer.from([0xc1, 0])),
  then("reservedFlags", frame(0x42, u16(1))),
  then("disconnectFlags", Buffer.from([0xe2, 0])),
  then("afterDisconnect", Buffer.from([0xe0, 0, 0xc0, 0])),
  then("idZero", frame(0x32, field("t"), u16(0))),
  then("idZero", frame(0x82, u16(0), field("t"), 0)),
  then("idZero", frame(0xa2, u16(0), field("t"))),
  story("idInUse", (client) => {
    client.publish("t", "x", 2, 7);
    client.subscribe("t", 0, 7);
  }),
  story("idInUse", (client) => {
    client.publish("t", "x", 2, 7);
    client.publish("t", "y", 2, 7);
  }),
  story("idInUse", (client) => {
    client.publish("t", "x", 2, 7);
    client.publish("t", "x", 1, 7);
  }),
];

const PUBLISHING: readonly Offence[] = [
  then("topicText", frame(0x30, field(NOT_UTF8))),
  then("topicText", frame(0x30, field(SURROGATE))),
  then("topicWildcard", frame(0x30, field("a/+"))),
  then("topicWildcard", frame(0x30, field("#"))),
  then("topicEmpty", frame(0x30, field(""))),
  then("topicNul", frame(0x30, field(WITH_NUL))),
  then("qos3", frame(0x36, field("t"), u16(1))),
  then("dupQos0", frame(0x38, field("t"))),
  then("dupFirst", frame(0x3a, field("t"), u16(1))),
  then("dupFirstQos2", frame(0x3c, field("t"), u16(1))),
  story("dupMissing", (client, bench) => {
    client.publish("t", "x", 2, 1);
    client.cut();
    again(bench).publish("t", "x", 2, 1);
  }),
  story(
    "dupMissing",
    (client, bench) => {
      client.publish("t", "x", 1, 1);
      client.cut();
      again(bench).publish("t", "x", 1, 1);
    },
    { manners: { ackDelayMs: [10, 10] } },
  ),
  story("otherUnderDup", (client, bench) => {
    client.publish("t", "x", 2, 1);
    client.cut();
    again(bench).publish("t", "y", 2, 1, { dup: true });
  }),
  story("resentOutOfOrder", (client, bench) => {
    client.publish("t", "x", 1, 1);
    client.publish("t", "y", 1, 2);
    client.cut();
    const back = again(bench);
    back.publish("t", "y", 1, 2, { dup: true });
    back.publish("t", "x", 1, 1, { dup: true });
  }),
  story("publishAfterPubrel", (client, bench) => {
    client.publish("t", "x", 2, 1);
    client.ack("pubrel", 1);
    client.cut();
    again(bench).publish("t", "x", 2, 1, { dup: true });
  }),
];

const ANSWERING: readonly Offence[] = [
  then("ackForeign", frame(0x40, u16(1))),
  then("ackForeign", frame(0x50, u16(1))),
  then("ackForeign", frame(0x70, u16(1))),
  then("ackForeign", frame(0x40, u16(0))),
  story("ackOfOtherKind", (client, bench) => {
    client.subscribe("to/d", 2, 1);
    give(bench, 2);
    client.ack("puback", 1);
  }),
  story("ackOfOtherKind", (client, bench) => {
    client.subscribe("to/d", 2, 1);
    give(bench, 1);
    client.ack("pubrec", 1);
  }),
  story("pubcompEarly", (client, bench) => {
    client.subscribe("to/d", 2, 1);
    give(bench, 2);
    client.ack("pubcomp", 1);
  }),
  story("pubackOrder", (client, bench) => {
    client.subscribe("to/d", 2, 1);
    give(bench, 1, 2);
    client.ack("puback", 2);
  }),
  story("pubrecOrder", (client, bench) => {
    client.subscribe("to/d", 2, 1);
    give(bench, 2, 2);
    client.ack("pubrec", 2);
  }),
  story("pubrelOrder", (client) => {
    client.publish("t", "x", 2, 1);
    client.publish("t", "y", 2, 2);
    client.ack("pubrel", 2);
  }),
  story(
    "pubrelEarly",
    (client) => {
      client.publish("t", "x", 2, 1);
      client.ack("pubrel", 1);
    },
    { manners: { ackDelayMs: [10, 10] } },
  ),
  then("pubrelFlags", frame(0x60, u16(1))),
];

const SUBSCRIBING: readonly Offence[] = [
  then("filterEmpty", frame(0x82, u16(1), field(""), 0)),
  then("hashMisplaced", frame(0x82, u16(1), field("a#"), 0)),
  then("hashMisplaced", frame(0x82, u16(1), field("a/#/b"), 0)),
  then("plusMisplaced", frame(0x82, u16(1), field("a/b+"), 0)),
  then("plusMisplaced", frame(0xa2, u16(1), field("+a"))),
  then("subscribeFlags", frame(0x80, u16(1), field("t"), 0)),
  then("subscribeText", frame(0x82, u16(1), field(SURROGATE), 0)),
  then("subscribeEmpty", frame(0x82, u16(1))),
  then("subscribeOptions", frame(0x82, u16(1), field("t"), 3)),
  then("subscribeOptions", frame(0x82, u16(1), field("t"), 4)),
  then("unsubscribeFlags", frame(0xa0, u16(1), field("t"))),
  then("unsubscribeText", frame(0xa2, u16(1), field(NOT_UTF8))),
  then("unsubscribeEmpty", frame(0xa2, u16(1))),
];

const NO_ALIAS = { topicAliasMaximum: 0 };
const ALIASES = { topicAliasMaximum: 2 };

const ONLY_5: readonly Offence[] = [
  then("textBad", frame(0x30, field("t"), 5, 0x03, field(NOT_UTF8)), 5),
  then("noLocalShared", frame(0x82, u16(1), 0, field("$share/g/t"), 4), 5),
  then("shareNameEmpty", frame(0x82, u16(1), 0, field("$share//t"), 0), 5),
  then("shareNameBad", frame(0x82, u16(1), 0, field("$share/g"), 0), 5),
  then("subscribeOptions", frame(0x82, u16(1), 0, field("t"), 0x40), 5),
  then("subscribeOptions", frame(0x82, u16(1), 0, field("t"), 0x30), 5),
  story(
    "resentTooSoon",
    (client) => {
      client.publish("t", "x", 2, 1);
      client.publish("t", "x", 2, 1, { dup: true });
    },
    { version: 5 },
  ),
  story("qosTooHigh", (client) => client.publish("t", "x", 2, 1), { version: 5, limits: { maximumQos: 1 } }),
  story("retainRefused", (client) => client.publish("t", "x", 0, 0, { retain: true }), {
    version: 5,
    limits: { retainAvailable: false },
  }),
  story(
    "receiveMaximum",
    (client) => {
      for (const id of [1, 2, 3]) client.publish("t", "x", 1, id);
    },
    { version: 5, limits: { receiveMaximum: 2 }, manners: { ackDelayMs: [10, 10] } },
  ),
  then("aliasTooHigh", publish5({ topicAlias: 3 }), 5, ALIASES),
  then("aliasUnwanted", publish5({ topicAlias: 1 }), 5, NO_ALIAS),
  then("aliasZero", frame(0x30, field("t"), 3, 0x23, u16(0)), 5, ALIASES),
  then("aliasUnknown", publish5({ topicAlias: 1 }, ""), 5, ALIASES),
  then("topicEmpty", publish5({}, ""), 5),
  then("subscriptionId", publish5({ subscriptionIdentifier: 5 }), 5),
  then("responseWildcard", publish5({ responseTopic: "a/#" }), 5),
  then("propertyRepeated", frame(0x30, field("t"), 4, 0x01, 0, 0x01, 0), 5),
  then("propertyForeign", frame(0x30, field("t"), 5, 0x11, 0, 0, 0, 1), 5),
  then("propertyForeign", frame(0x30, field("t"), 2, 0x7f, 0), 5),
  then("propertyValue", frame(0x30, field("t"), 2, 0x01, 2), 5),
  first("propertyValue", frame(0x10, field("MQTT"), 5, 2, u16(0), 3, 0x21, u16(0), ID), 5),
  then("authUnasked", frame(0xf0, 0x18, 0), 5),
  then("authFlags", frame(0xf1, 0x18, 0), 5),
  then("disconnectReason", frame(0xe0, 0x8e, 0), 5),
  story(
    "ackReason",
    (client, bench) => {
      client.subscribe("to/d", 1, 1);
      give(bench, 1);
      client.sendBytes(frame(0x40, u16(1), 0x92));
    },
    { version: 5 },
  ),
  {
    breach: "expiryRaised",
    version: 5,
    commit: (bench) => bench.connected("d", { version: 5 }).sendBytes(frame(0xe0, 0, 5, 0x11, 0, 0, 0, 9)),
  },
];

/** What follows the words of a client that has named the method in CONNECT. */
function authenticating(
  breach: Breach,
  words: readonly (readonly [reasonCode: number, data: string])[],
  offence: Uint8Array,
  manners: Partial<Manners> = {},
): Offence {
  const commit = (bench: BrokerBench): void => {
    const client = bench.connected("d", { version: 5, properties: { authenticationMethod: METHOD } });
    for (const [reasonCode, data] of words) client.sendBytes(auth(reasonCode, data));
    client.sendBytes(offence);
  };
  return { breach, version: 5, manners, authentication: questions(), commit };
}

function auth(reasonCode: number, data: string, authenticationMethod = METHOD): Buffer {
  const properties = { authenticationMethod, authenticationData: Buffer.from(data) };
  return packet({ cmd: "auth", reasonCode, properties }, 5);
}

const ACCEPTED = [
  [0x18, "one!"],
  [0x18, "two!"],
] as const;
const AGAIN = [...ACCEPTED, [0x19, ""]] as const;
const SLOW = { connackDelayMs: [10, 10] } as const;

const AUTHENTICATING: readonly Offence[] = [
  first("authDataAlone", frame(0x10, field("MQTT"), 5, 2, u16(0), 4, 0x16, field("x"), ID), 5),
  first("firstPacket", auth(0x18, "x")),
  authenticating("beforeConnack", [], publish5({})),
  authenticating("beforeConnack", [[0x18, "one!"]], frame(0xc0)),
  authenticating("beforeConnack", [[0x18, "one!"]], frame(0x82, u16(1), 0, field("t"), 0)),
  authenticating("beforeConnack", [], publish5({}), SLOW),
  authenticating("authMethodOther", [], auth(0x18, "one!", "OTHER")),
  authenticating("authMethodOther", AGAIN, auth(0x18, "one!", "OTHER")),
  authenticating("authMethodAnew", ACCEPTED, auth(0x19, "", "OTHER")),
  authenticating("authMethodMissing", [], frame(0xf0, 0x18, 0)),
  authenticating("authMethodMissing", ACCEPTED, frame(0xf0, 0x19, 0)),
  authenticating("authOutOfTurn", [], auth(0x19, "one!")),
  authenticating("authOutOfTurn", [], auth(0x18, "one!"), SLOW),
  authenticating("authOutOfTurn", ACCEPTED, auth(0x18, "one!")),
  authenticating("authOutOfTurn", AGAIN, auth(0x19, "")),
  authenticating("authReason", [], frame(0xf0, 0, 0)),
  authenticating("authReason", ACCEPTED, frame(0xf0)),
  authenticating("afterDisconnect", [], Buffer.from([0xe0, 0, 0xc0, 0])),
];

export const OFFENCES: readonly Offence[] = [
  ...CONNECTING,
  ...ANY_PACKET,
  ...PUBLISHING,
  ...ANSWERING,
  ...SUBSCRIBING,
  ...ONLY_5,
  ...AUTHENTICATING,
];
