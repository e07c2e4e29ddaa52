// Owns the heads of MQTT packets within a stream of bytes, read by a reader of its own, so that the client's codec does not
// judge itself. Refuses to know what the packets are for, and whether they may be sent.

import { PropertyReader } from "../trace/packet-properties.ts";

/** Reused for each packet: what is to be kept must be copied. */
export interface PacketHead {
  /** CONNECT is 1, AUTH 15. */
  type: number;
  packetId: number | null;
  qos: 0 | 1 | 2;
  isDup: boolean;
  isRetain: boolean;
  /** A PUBLISH whose topic ends in `/status`. */
  isStatus: boolean;
  /** The flags of CONNECT; the code of CONNACK, of an acknowledgement and of DISCONNECT; the first of SUBACK; else 0. */
  code: number;
  isSessionPresent: boolean;
  /** The protocol level that the connection was asked for with. */
  level: number;
  /** The numbers among the properties of MQTT 5, as `17=3600 33=20`; null where there are none. */
  properties: string | null;
  /** All bytes of the packet. */
  bytes: number;
}

/** What both directions of one connection know of it. */
export interface Dialect {
  level: number;
}

const CONNECT = 1;
const CONNACK = 2;
const PUBLISH = 3;
const SUBACK = 9;
const UNSUBACK = 11;
const DISCONNECT = 14;
/** From PUBACK to UNSUBACK every packet begins with its id. */
const FIRST_WITH_ID = 4;
const LAST_ACK = 7;
const LAST_WITH_ID = 11;
const LENGTH_BYTES_MAX = 4;
const NAME_LENGTH_BYTES = 2;
const WITH_PROPERTIES: readonly boolean[] = Array.from({ length: 16 }, (_, type) =>
  [CONNECT, CONNACK, PUBLISH, SUBACK, UNSUBACK].includes(type),
);
const STATUS_TOPIC = Buffer.from("/status");

/**
 * Calls `onHead` for each packet: when its last byte was read, or as soon as its head was, if `atHead`. Bytes that are no MQTT
 * end its work: what follows them has no heads.
 */
export class PacketHeads {
  readonly #onHead: (head: PacketHead) => void;
  readonly #atHead: boolean;
  readonly #dialect: Dialect;
  readonly #properties = new PropertyReader();
  readonly #head: PacketHead = {
    type: 0,
    packetId: null,
    qos: 0,
    isDup: false,
    isRetain: false,
    isStatus: false,
    code: 0,
    isSessionPresent: false,
    level: 0,
    properties: null,
    bytes: 0,
  };
  /** Of the present packet, whose name is a topic or the protocol's: bytes read so far, of how many; -1 while its length is being read. */
  #at = 0;
  #remainingLength = -1;
  #lengthBytes = 0;
  #length = 0;
  #nameLength = 0;
  /** Before the properties of MQTT 5, and whether there are any: measured when it may have changed, not at each byte. */
  #plainBytes = 0;
  #hasProperties = false;
  /** How much of the name has been as a status topic ends. */
  #statusBytes = 0;
  #isTold = false;
  #isLost = false;

  constructor(onHead: (head: PacketHead) => void, atHead: boolean, dialect: Dialect = { level: 0 }) {
    this.#onHead = onHead;
    this.#atHead = atHead;
    this.#dialect = dialect;
  }

  read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isLost) {
      if (this.#remainingLength < 0) this.#readFixed(bytes[at++] as number);
      else at = this.#readVariable(bytes, at);
    }
  }

  #readFixed(byte: number): void {
    const head = this.#head;
    if (this.#lengthBytes === 0 && this.#at === 0) {
      head.type = byte >> 4;
      head.qos = head.type === PUBLISH ? (((byte >> 1) & 3) as 0 | 1 | 2) : 0;
      head.isDup = head.type === PUBLISH && (byte & 8) !== 0;
      head.isRetain = head.type === PUBLISH && (byte & 1) !== 0;
      head.isStatus = false;
      head.packetId = null;
      head.code = 0;
      head.isSessionPresent = false;
      head.properties = null;
      this.#at = 1;
      this.#isTold = false;
      this.#length = 0;
      return;
    }
    this.#length += (byte & 127) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if ((byte & 128) === 0) this.#begin();
    else this.#isLost = this.#lengthBytes === LENGTH_BYTES_MAX;
  }

  #begin(): void {
    this.#remainingLength = this.#length;
    this.#head.bytes = 1 + this.#lengthBytes + this.#length;
    this.#at = 0;
    this.#nameLength = 0;
    this.#statusBytes = 0;
    this.#properties.begin();
    this.#measure();
    if (this.#headBytes() === 0) this.#tellHead();
    if (this.#remainingLength === 0) this.#finish();
  }

  /** Once the type is known, and again with the length of a name and with the level. */
  #measure(): void {
    this.#hasProperties = this.#dialect.level === 5 && WITH_PROPERTIES[this.#head.type] === true;
    this.#plainBytes = this.#plain();
  }

  #plain(): number {
    const { type, qos } = this.#head;
    if (type === CONNECT) return NAME_LENGTH_BYTES + this.#nameLength + 2 + (this.#hasProperties ? 2 : 0);
    if (type === PUBLISH) return NAME_LENGTH_BYTES + this.#nameLength + (qos === 0 ? 0 : 2);
    if (type >= FIRST_WITH_ID && type <= LAST_ACK) return 3;
    if (type === CONNACK || (type > LAST_ACK && type <= LAST_WITH_ID)) return 2;
    return type === DISCONNECT ? 1 : 0;
  }

  /** How much of the packet must be read before its head is known. */
  #headBytes(): number {
    const properties = this.#hasProperties ? this.#properties.wanted : 0;
    return Math.min(this.#length, this.#plainBytes + properties);
  }

  /** Byte by byte through the head, but over the name and what follows the head in one step each. */
  #readVariable(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && this.#at < this.#wanted()) {
      const inName = Math.min(bytes.length - at, this.#restOfName());
      if (inName > 0) this.#readName(bytes, at, inName);
      else this.#readHeadByte(bytes[at] as number);
      at += Math.max(1, inName);
    }
    if (!this.#isTold && this.#at >= this.#headBytes()) this.#tellHead();
    const rest = Math.min(bytes.length - at, this.#length - this.#at);
    this.#at += rest;
    if (this.#at === this.#length) this.#finish();
    return at + rest;
  }

  /** How much of the name is still to come; 0 outside of it, and for packets that have none. */
  #restOfName(): number {
    return this.#at < NAME_LENGTH_BYTES ? 0 : NAME_LENGTH_BYTES + this.#nameLength - this.#at;
  }

  /** Of the name only its end is looked at. */
  #readName(bytes: Uint8Array, from: number, count: number): void {
    const before = this.#restOfName();
    for (let i = Math.max(0, before - STATUS_TOPIC.length); i < count; i += 1) {
      if (bytes[from + i] === STATUS_TOPIC[STATUS_TOPIC.length - (before - i)]) this.#statusBytes += 1;
    }
    this.#at += count;
    if (this.#head.type === PUBLISH) this.#head.isStatus = this.#statusBytes === STATUS_TOPIC.length;
  }

  /** The first code of a SUBACK is of interest, and is not waited for. */
  #wanted(): number {
    return this.#head.type === SUBACK ? Math.min(this.#length, this.#headBytes() + 1) : this.#headBytes();
  }

  #readHeadByte(byte: number): void {
    const at = this.#at;
    const behindPlain = at - this.#plainBytes;
    this.#at += 1;
    if (behindPlain < 0) this.#readPlainByte(byte, at);
    else if (this.#hasProperties && behindPlain < this.#properties.wanted) this.#properties.take(byte);
    else this.#head.code = byte;
  }

  #readPlainByte(byte: number, at: number): void {
    const head = this.#head;
    if (head.type === CONNECT || head.type === PUBLISH) this.#readNamed(byte, at);
    else if (head.type === DISCONNECT || at >= 2) head.code = byte;
    else if (head.type !== CONNACK) head.packetId = ((head.packetId ?? 0) * 256 + byte) & 0xffff;
    else if (at === 0) head.isSessionPresent = (byte & 1) !== 0;
    else head.code = byte;
  }

  /** What stands before and behind a name: its length, then the level and the flags, or the id. */
  #readNamed(byte: number, at: number): void {
    const head = this.#head;
    const behindName = at - NAME_LENGTH_BYTES - this.#nameLength;
    if (at < NAME_LENGTH_BYTES) {
      this.#nameLength = this.#nameLength * 256 + byte;
      this.#measure();
    } else if (head.type === PUBLISH) head.packetId = ((head.packetId ?? 0) * 256 + byte) & 0xffff;
    else if (behindName === 0) {
      this.#dialect.level = byte;
      this.#measure();
    } else if (behindName === 1) head.code = byte;
  }

  #tellHead(): void {
    if (!this.#atHead) return;
    this.#isTold = true;
    this.#tell();
  }

  #tell(): void {
    this.#head.level = this.#dialect.level;
    this.#head.properties = this.#hasProperties ? this.#properties.noted() : null;
    this.#onHead(this.#head);
  }

  #finish(): void {
    if (!this.#atHead) this.#tell();
    this.#at = 0;
    this.#lengthBytes = 0;
    this.#remainingLength = -1;
  }
}
