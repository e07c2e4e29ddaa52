// Owns MQTT 5 as a test says it: a client's settings, packets by mqtt-packet, properties by their names. Knows nothing of what a
// test expects.

import { generate, type IConnackPacket, type Packet, parser } from "mqtt-packet";
import type { Core } from "../../core.ts";
import { Property } from "../../layout.generated.ts";
import { BlockUnderTest, type Seen, smallCapacities } from "./block-under-test.ts";

export type PropertyValue = number | string | Buffer | readonly [name: string, value: string];
export type Properties = readonly (readonly [id: number, value: PropertyValue])[];

type ConnackProperties = NonNullable<IConnackPacket["properties"]>;

const VARINT = Property.SubscriptionIdentifier;
const BYTES: readonly number[] = [
  Property.PayloadFormat,
  Property.RequestProblemInformation,
  Property.RequestResponseInformation,
  Property.MaximumQos,
  Property.RetainAvailable,
  Property.WildcardAvailable,
  Property.SubscriptionIdentifierAvailable,
  Property.SharedAvailable,
];
const WORDS: readonly number[] = [
  Property.ServerKeepAlive,
  Property.ReceiveMaximum,
  Property.TopicAliasMaximum,
  Property.TopicAlias,
];
const BINARY: readonly number[] = [Property.CorrelationData, Property.AuthData];
const LONGS: readonly number[] = [
  Property.MessageExpiry,
  Property.SessionExpiry,
  Property.WillDelay,
  Property.MaximumPacketSize,
];

/** Encoded by the client's own writers. Throws when one refuses. */
export function encoded(core: Core, properties: Properties): Buffer {
  const { exports, inbox: to } = core;
  const room = 1000;
  const [first, second] = [to + room, to + 2 * room];
  return Buffer.concat(
    properties.map(([id, value]) => {
      const write = (): number => {
        if (typeof value === "number") return exports.writeNumber(to, room, id, value);
        if (typeof value === "string" || Buffer.isBuffer(value))
          return exports.writeBytes(to, room, id, first, core.put(first, value));
        const [name, text] = value as readonly [string, string];
        return exports.writePair(to, room, first, core.put(first, name), second, core.put(second, text));
      };
      const bytes = write();
      if (bytes < 0) throw new Error(`property ${id} was refused: ${bytes}`);
      return Buffer.from(core.bytes.subarray(to, to + bytes));
    }),
  );
}

function varint(bytes: Buffer): number {
  return bytes.reduce((value, byte, i) => value + (byte & 127) * 128 ** i, 0);
}

/** What an event's property says. */
function decoded(bytes: Buffer): readonly [number, PropertyValue] {
  const id = bytes.readUInt8(0);
  if (id === VARINT) return [id, varint(bytes.subarray(1))];
  if (BYTES.includes(id)) return [id, bytes.readUInt8(1)];
  if (WORDS.includes(id)) return [id, bytes.readUInt16BE(1)];
  if (LONGS.includes(id)) return [id, bytes.readUInt32BE(1)];
  const end = 3 + bytes.readUInt16BE(1);
  if (id === Property.UserProperty)
    return [id, [bytes.toString("utf8", 3, end), bytes.toString("utf8", end + 2)]];
  return [id, BINARY.includes(id) ? Buffer.from(bytes.subarray(3)) : bytes.toString("utf8", 3)];
}

export function propertiesOf({ properties }: Seen): Properties {
  return properties.map(decoded);
}

export function packet5(packet: object): Buffer {
  return generate(packet as Packet, { protocolVersion: 5 });
}

export function connack5(properties: ConnackProperties = {}, more: object = {}): Buffer {
  return packet5({ cmd: "connack", sessionPresent: false, reasonCode: 0, properties, ...more });
}

/** What a client sent, read by mqtt-packet. Throws at what it cannot read. */
export function packetsOf(bytes: Buffer): readonly Record<string, unknown>[] {
  const packets: Record<string, unknown>[] = [];
  const reader = parser({ protocolVersion: 5 });
  reader.on("packet", (packet) => packets.push({ ...packet }));
  reader.on("error", (error) => {
    throw error;
  });
  if (reader.parse(bytes) > 0) throw new Error("a packet was cut short");
  return packets;
}

/** A PUBLISH of this client's. */
export interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly properties: Record<string, unknown>;
}

export function publishesIn(bytes: Buffer): readonly Sent[] {
  return packetsOf(bytes)
    .filter(({ cmd }) => cmd === "publish")
    .map((packet) => ({
      topic: packet.topic as string,
      payload: String(packet.payload),
      qos: packet.qos as number,
      retain: packet.retain as boolean,
      dup: packet.dup as boolean,
      properties: { ...(packet.properties as object) },
    }));
}

/** The one that is sent. */
export function onlyPublish(block: BlockUnderTest): Sent {
  const sent = publishesIn(block.collect());
  if (sent.length !== 1) throw new Error(`${sent.length} messages instead of one`);
  return sent[0] as Sent;
}

export interface Choices {
  readonly clean?: boolean;
  readonly prepare?: (block: BlockUnderTest) => void;
  readonly connack?: Buffer;
  readonly receiveBytes?: number;
  readonly window?: number;
  readonly texts?: number;
  readonly textBytes?: number;
}

/** A client of MQTT 5 that has not begun to connect. */
export function idleFive(
  core: Core,
  { clean = true, prepare, connack: _, ...capacities }: Choices = {},
): BlockUnderTest {
  const block = new BlockUnderTest(core, { ...smallCapacities, outboxBytes: 1024, ...capacities });
  core.exports.setVersion(block.client, 5);
  core.exports.setClean(block.client, clean ? 1 : 0);
  core.exports.setClientId(block.client, block.text("device", "String"));
  prepare?.(block);
  return block;
}

/** The same after a CONNACK. */
export function connectedFive(core: Core, choices: Choices = {}): BlockUnderTest {
  const block = idleFive(core, choices);
  block.connected(choices.connack ?? connack5());
  return block;
}

/** Connects as far as CONNECT; its bytes. */
export function connectBytes(block: BlockUnderTest): Buffer {
  if (block.phase === 0) block.core.exports.connect(block.client, block.nowMs);
  block.nowMs += 200_000;
  block.events();
  block.core.exports.opened(block.client);
  return block.collect();
}

/** The same, read. Throws when anything follows it. */
export function connectPacket(block: BlockUnderTest): Record<string, unknown> {
  const [packet, ...more] = packetsOf(connectBytes(block));
  if (packet === undefined || more.length > 0) throw new Error("CONNECT is all that is sent before CONNACK");
  return packet;
}

export function prepared(block: BlockUnderTest, type: number, properties: Properties): number {
  const bytes = encoded(block.core, properties);
  const length = block.core.put(block.core.inbox, bytes);
  return block.core.exports.prepareProperties(block.client, type, block.core.inbox, length);
}

/** Publishes with properties, to a handle or a name. */
export function publishFive(
  block: BlockUnderTest,
  topic: string | number,
  payload: string,
  options: number,
  properties: Properties | Buffer = [],
): number {
  const { core, client } = block;
  const bytes = Buffer.isBuffer(properties) ? properties : encoded(core, properties);
  const nameAt = core.inbox + 4000;
  const bodyAt = core.inbox + 8000;
  const nameLength = typeof topic === "string" ? core.put(nameAt, topic) : 0;
  const length = core.put(bodyAt, payload);
  const handle = typeof topic === "number" ? topic : 0;
  const propertiesLength = core.put(core.inbox, bytes);
  return core.exports.publishWith(
    client,
    handle,
    nameAt,
    nameLength,
    core.inbox,
    propertiesLength,
    bodyAt,
    length,
    options,
    block.nowMs,
  );
}

export function subscribeFive(
  block: BlockUnderTest,
  filter: string,
  options: number,
  identifier = 0,
): number {
  const length = block.core.put(block.core.inbox, filter);
  return block.core.exports.subscribeWith(block.client, block.core.inbox, length, options, identifier);
}
