// Owns the properties of MQTT 5 as a program names them, which are MQTT.js's names: what each holds, and in which packets of a
// client it may stand. Knows no bytes.

import { Packet, Property } from "../../device/layout.generated.ts";

/** A packet that this client sends; 0 is the will, whose properties stand in CONNECT and are not CONNECT's. */
export const WILL = 0;
export type PacketType =
  | typeof WILL
  | typeof Packet.Connect
  | typeof Packet.Publish
  | typeof Packet.Subscribe
  | typeof Packet.Unsubscribe
  | typeof Packet.Disconnect
  | typeof Packet.Auth;

export type UserProperties = Readonly<Record<string, string | readonly string[]>>;

/** What a program gives. A name that is `undefined` is as good as absent. */
export interface Properties {
  readonly payloadFormatIndicator?: boolean;
  /** Seconds. */
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: string | Uint8Array;
  /** Of a received message: several, when it came for several subscriptions. */
  readonly subscriptionIdentifier?: number | readonly number[];
  /** Seconds; 4,294,967,295 is for ever. */
  readonly sessionExpiryInterval?: number;
  readonly assignedClientIdentifier?: string;
  /** Seconds. */
  readonly serverKeepAlive?: number;
  readonly authenticationMethod?: string;
  readonly authenticationData?: string | Uint8Array;
  readonly requestProblemInformation?: boolean;
  /** Seconds. */
  readonly willDelayInterval?: number;
  readonly requestResponseInformation?: boolean;
  readonly responseInformation?: string;
  readonly serverReference?: string;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  readonly topicAlias?: number;
  readonly maximumQoS?: number;
  readonly retainAvailable?: boolean;
  readonly userProperties?: UserProperties;
  /** Bytes. */
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable?: boolean;
  readonly subscriptionIdentifiersAvailable?: boolean;
  readonly sharedSubscriptionAvailable?: boolean;
}

export type PropertyName = keyof Properties;

/** What a property holds. `bytes` is how long a number is; 0: as long as it needs. */
export type Content =
  | { readonly is: "flag" }
  | { readonly is: "number"; readonly bytes: 0 | 1 | 2 | 4; readonly least: number; readonly most: number }
  | { readonly is: "text" | "topic" | "binary" | "pairs" };

export interface Row {
  readonly id: number;
  readonly content: Content;
  /** The client's packets that it may stand in; the others are the server's. */
  readonly packets: readonly PacketType[];
}

const { Connect, Publish, Subscribe, Unsubscribe, Disconnect, Auth } = Packet;
const EVERY: readonly PacketType[] = [WILL, Connect, Publish, Subscribe, Unsubscribe, Disconnect, Auth];
const MESSAGE: readonly PacketType[] = [Publish, WILL];

const flag: Content = { is: "flag" };
const text: Content = { is: "text" };
const binary: Content = { is: "binary" };

function number(bytes: 1 | 2 | 4, least = 0): Content {
  return { is: "number", bytes, least, most: 256 ** bytes - 1 };
}

function row(id: number, content: Content, ...packets: readonly PacketType[]): Row {
  return { id, content, packets };
}

/** Table 2-4 of the standard. */
export const PROPERTIES: Readonly<Record<PropertyName, Row>> = {
  payloadFormatIndicator: row(Property.PayloadFormat, flag, ...MESSAGE),
  messageExpiryInterval: row(Property.MessageExpiry, number(4), ...MESSAGE),
  contentType: row(Property.ContentType, text, ...MESSAGE),
  responseTopic: row(Property.ResponseTopic, { is: "topic" }, ...MESSAGE),
  correlationData: row(Property.CorrelationData, binary, ...MESSAGE),
  subscriptionIdentifier: row(
    Property.SubscriptionIdentifier,
    { is: "number", bytes: 0, least: 1, most: 268_435_455 },
    Subscribe,
  ),
  sessionExpiryInterval: row(Property.SessionExpiry, number(4), Connect, Disconnect),
  assignedClientIdentifier: row(Property.AssignedClientId, text),
  serverKeepAlive: row(Property.ServerKeepAlive, number(2)),
  authenticationMethod: row(Property.AuthMethod, text, Connect, Auth),
  authenticationData: row(Property.AuthData, binary, Connect, Auth),
  requestProblemInformation: row(Property.RequestProblemInformation, flag, Connect),
  willDelayInterval: row(Property.WillDelay, number(4), WILL),
  requestResponseInformation: row(Property.RequestResponseInformation, flag, Connect),
  responseInformation: row(Property.ResponseInformation, text),
  serverReference: row(Property.ServerReference, text),
  reasonString: row(Property.ReasonString, text, Disconnect, Auth),
  receiveMaximum: row(Property.ReceiveMaximum, number(2, 1), Connect),
  topicAliasMaximum: row(Property.TopicAliasMaximum, number(2), Connect),
  // The client gives aliases by itself, to topics that repeat.
  topicAlias: row(Property.TopicAlias, number(2, 1)),
  maximumQoS: row(Property.MaximumQos, number(1)),
  retainAvailable: row(Property.RetainAvailable, flag),
  userProperties: row(Property.UserProperty, { is: "pairs" }, ...EVERY),
  maximumPacketSize: row(Property.MaximumPacketSize, number(4, 1), Connect),
  wildcardSubscriptionAvailable: row(Property.WildcardAvailable, flag),
  subscriptionIdentifiersAvailable: row(Property.SubscriptionIdentifierAvailable, flag),
  sharedSubscriptionAvailable: row(Property.SharedAvailable, flag),
};

export const PROPERTY_NAMES = Object.keys(PROPERTIES) as readonly PropertyName[];

const PACKET_NAMES: Readonly<Record<PacketType, string>> = {
  [WILL]: "a will",
  [Connect]: "CONNECT",
  [Publish]: "PUBLISH",
  [Subscribe]: "SUBSCRIBE",
  [Unsubscribe]: "UNSUBSCRIBE",
  [Disconnect]: "DISCONNECT",
  [Auth]: "AUTH",
};

export function packetName(type: PacketType): string {
  return PACKET_NAMES[type];
}

/** What a program may give for this packet. */
export function namesFor(type: PacketType): readonly PropertyName[] {
  return PROPERTY_NAMES.filter((name) => PROPERTIES[name].packets.includes(type));
}
