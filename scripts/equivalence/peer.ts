// Owns what a broker would send to what the client has sent, with all the ways in which one goes wrong. Answers in bytes;
// knows nothing of the client but these.
import type { RandomStream } from "../../host-sim/random/random.ts";
import type { Fits } from "./fits.ts";
import { ackBody, authBody, connackBody, filterCode, goodbyeBody, publishProperties } from "./peer-five.ts";
import { METHOD, propertiesBytes, randomProperties, withLength } from "./properties.ts";

const PUBLISH = 3;
const NOTHING = Buffer.alloc(0);
/** Lengths at which the variable byte integer grows, and about. */
const EDGES: readonly number[] = [
  0, 1, 2, 3, 20, 60, 100, 120, 122, 123, 124, 125, 126, 127, 128, 129, 130, 300, 1100, 16370, 16377, 16380,
  16383, 16384, 16390,
];

export class Peer {
  readonly #random: RandomStream;
  readonly #fits: Fits;
  /** Sent by the client, not yet understood. */
  #unread: Buffer = Buffer.alloc(0);
  /** To be sent to the client. */
  #owed: Buffer[] = [];
  #nextId = 1;
  /** As the last CONNECT said: its protocol level, and that it authenticates. */
  #isFive = false;
  #authenticates = false;
  #hasAccepted = false;
  #aliasMaximum = 0;
  readonly #unreleased: number[] = [];
  readonly #topics: Uint8Array[] = [];

  constructor(random: RandomStream, fits: Fits) {
    this.#random = random;
    this.#fits = fits;
    this.#nextId = random.chance(0.3) ? 65530 : 1;
  }

  /** A topic that the caller uses: the broker's messages have one of the first. */
  heard(topic: Uint8Array): void {
    if (this.#topics.length < 8) this.#topics.push(topic);
  }

  /** The connection is gone. */
  reset(): void {
    this.#unread = Buffer.alloc(0);
    this.#owed = [];
    this.#hasAccepted = false;
  }

  /** Bytes that the client has sent. */
  take(bytes: Uint8Array): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let packet = this.#nextPacket(); packet !== null; packet = this.#nextPacket()) this.#answer(packet);
  }

  /** Bytes for the client, as a network hands them over: in pieces of any size. */
  give(room: number): Buffer {
    const all = Buffer.concat(this.#owed);
    const wanted = this.#random.chance(0.5) ? room : Math.ceil(this.#random.between(0, Math.min(room, 12)));
    const now = all.subarray(0, Math.min(wanted, room));
    this.#owed = all.length > now.length ? [all.subarray(now.length)] : [];
    return Buffer.from(now);
  }

  get owes(): boolean {
    return this.#owed.length > 0;
  }

  /** Something that nobody asked for. */
  act(): void {
    const random = this.#random;
    const kind = random.unit();
    if (kind < 0.75) this.#owe(this.#publish());
    else if (kind < 0.85) this.#owe(this.#stray());
    else if (kind < 0.9) this.#owe(Buffer.from([0xd0, 0]));
    else if (kind < 0.93) this.#owe(this.#noise());
    else if (kind < 0.94 && this.#isFive) this.#owe(packet(0xe0, goodbyeBody(random)));
    else if (kind < 0.95 && this.#isFive) this.#owe(packet(0xf0, authBody(random)));
    else for (const id of this.#unreleased) this.#owe(this.#ack(0x62, id));
  }

  #owe(packet: Buffer): void {
    const isSpoilt = this.#random.chance(0.004) && packet.length > 0;
    const spoilt = isSpoilt ? spoil(packet, this.#random) : packet;
    this.#owed.push(this.#random.chance(0.003) ? spoilt.subarray(0, spoilt.length - 1) : spoilt);
  }

  #publish(): Buffer {
    const random = this.#random;
    const qos = random.pick([0, 1, 2]);
    const topic =
      random.chance(0.7) && this.#topics.length > 0 ? Buffer.from(random.pick(this.#topics)) : this.#name();
    const length = random.chance(0.15) ? this.#fits.incoming(topic.length) : random.pick(EDGES);
    const payload = Buffer.alloc(length, Math.floor(random.between(0, 256)));
    const id = qos === 0 ? NOTHING : uint16(this.#id());
    if (qos === 2) this.#unreleased.push(id.readUInt16BE());
    const flags = (qos << 1) | (random.chance(0.2) ? 1 : 0) | (qos > 0 && random.chance(0.2) ? 8 : 0);
    const properties = this.#isFive ? publishProperties(random, this.#aliasMaximum) : NOTHING;
    // an alias may stand for the name
    const name = this.#isFive && properties[1] === 0x23 && random.chance(0.6) ? NOTHING : topic;
    const body = Buffer.concat([uint16(name.length), name, id, properties, payload]);
    return packet((PUBLISH << 4) | flags, body);
  }

  #name(): Buffer {
    const random = this.#random;
    const levels = [
      "a",
      "b",
      "sensor/1",
      "$SYS/x",
      "é/ü",
      "\u{10ffff}",
      "a/b/c/d",
      "x".repeat(random.pick([1, 60, 120, 200])),
    ];
    const isHostile = random.chance(0.05);
    return isHostile ? randomBytes(random, 8) : Buffer.from(random.pick(levels));
  }

  #id(): number {
    if (this.#random.chance(0.1) && this.#unreleased.length > 0) return this.#random.pick(this.#unreleased);
    const id = this.#nextId;
    this.#nextId = id === 65535 ? 1 : id + 1;
    return id;
  }

  /** An acknowledgement of something else, or none at all. */
  #stray(): Buffer {
    const id = this.#random.pick([0, 1, 2, 3, 65534, 65535]);
    return this.#ack(this.#random.pick([0x40, 0x50, 0x62, 0x70, 0x60, 0xb0]), id);
  }

  #noise(): Buffer {
    return randomBytes(this.#random, 6);
  }

  #nextPacket(): Buffer | null {
    const bytes = this.#unread;
    let length = 0;
    for (let i = 0; i < 4 && 1 + i < bytes.length; i++) {
      const byte = bytes[1 + i] as number;
      length += (byte & 127) << (7 * i);
      if (byte >= 128) continue;
      const end = 2 + i + length;
      if (bytes.length < end) return null;
      this.#unread = bytes.subarray(end);
      return Buffer.concat([bytes.subarray(0, 1), bytes.subarray(2 + i, end)]);
    }
    return null;
  }

  /** `body` is the first byte and what stands behind the length. */
  #answer(body: Buffer): void {
    const random = this.#random;
    if (random.chance(0.02)) return;
    const first = body[0] as number;
    const id = body.length >= 3 ? body.subarray(1, 3) : Buffer.alloc(2);
    switch (first >> 4) {
      case 1:
        return this.#connected(body);
      case PUBLISH:
        return this.#acknowledge(first, body);
      case 5:
        this.#forget(id.readUInt16BE());
        return this.#owe(this.#ack(0x62, id.readUInt16BE()));
      case 6:
        return this.#owe(this.#ack(0x70, id.readUInt16BE()));
      case 8:
        return this.#owe(packet(0x90, this.#requestAnswer(9, id, body)));
      case 10:
        return this.#owe(packet(0xb0, this.#requestAnswer(11, id, body)));
      case 12:
        return this.#owe(Buffer.from([0xd0, 0]));
      case 15:
        return random.chance(0.5) && !this.#hasAccepted
          ? this.#accept()
          : this.#owe(packet(0xf0, authBody(random)));
      default:
        return;
    }
  }

  /** CONNECT names the protocol, then its level. */
  #connected(body: Buffer): void {
    const level = body[3 + (body.length < 3 ? 0 : body.readUInt16BE(1))];
    this.#isFive = level === 5;
    this.#authenticates = this.#isFive && body.includes(METHOD);
    const aliases = body.indexOf(0x22); // or what looks like it
    this.#aliasMaximum = this.#isFive && aliases > 0 ? (body[aliases + 2] ?? 0) : 0;
    if (this.#authenticates && this.#random.chance(0.6)) this.#owe(packet(0xf0, authBody(this.#random)));
    else this.#accept();
  }

  #accept(): void {
    const random = this.#random;
    this.#hasAccepted = true;
    if (this.#isFive) this.#owe(packet(0x20, connackBody(random, this.#authenticates)));
    else this.#owe(Buffer.from([0x20, 2, Number(random.chance(0.4)), random.chance(0.95) ? 0 : 5]));
  }

  #ack(first: number, id: number): Buffer {
    return this.#isFive ? packet(first, ackBody(this.#random, first >> 4, id)) : ack(first, id);
  }

  /** What stands in a SUBACK or UNSUBACK, to the request whose body this is. */
  #requestAnswer(type: number, id: Buffer, body: Buffer): Buffer {
    const random = this.#random;
    if (!this.#isFive) return type === 9 ? Buffer.concat([id, this.#codes(body.subarray(3), 1)]) : id;
    const filters = body.subarray(3 + propertiesBytes(body.subarray(3)));
    const properties = withLength(randomProperties(random, type), random);
    return Buffer.concat([id, properties, this.#codes(filters, type === 9 ? 1 : 0)]);
  }

  #forget(id: number): void {
    const at = this.#unreleased.indexOf(id);
    if (at >= 0 && this.#random.chance(0.9)) this.#unreleased.splice(at, 1);
  }

  #acknowledge(first: number, body: Buffer): void {
    const qos = (first >> 1) & 3;
    if (qos === 0 || body.length < 3) return;
    const topicEnd = 3 + body.readUInt16BE(1);
    if (body.length < topicEnd + 2) return;
    this.#owe(this.#ack(qos === 1 ? 0x40 : 0x50, body.readUInt16BE(topicEnd)));
  }

  /** A code for each filter, behind which are so many bytes of options. */
  #codes(filters: Buffer, optionBytes: number): Buffer {
    const codes: number[] = [];
    for (let at = 0; at + 2 <= filters.length; at += 2 + filters.readUInt16BE(at) + optionBytes) {
      const options = optionBytes === 0 ? 0 : (filters[at + 2 + filters.readUInt16BE(at)] ?? 0);
      codes.push(this.#code(options & 3));
    }
    return Buffer.from(codes);
  }

  #code(granted: number): number {
    if (this.#isFive) return filterCode(this.#random, granted);
    return this.#random.chance(0.9) ? granted : this.#random.pick([0x80, 3]);
  }
}

function packet(first: number, body: Buffer): Buffer {
  const head = [first];
  let left = body.length;
  for (; left > 127; left >>= 7) head.push((left & 127) | 128);
  return Buffer.concat([Buffer.from([...head, left]), body]);
}

function ack(first: number, id: number): Buffer {
  return Buffer.from([first, 2, id >> 8, id & 255]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function spoil(packet: Buffer, random: RandomStream): Buffer {
  const copy = Buffer.from(packet);
  copy[Math.floor(random.between(0, copy.length))] = random.u32() & 255;
  return copy;
}

export function randomBytes(random: RandomStream, most: number): Buffer {
  return Buffer.from(Array.from({ length: Math.ceil(random.between(0, most)) }, () => random.u32() & 255));
}
