// Owns how messages become the few bytes that a gateway carries, and back; docs/gateway.md draws them. Refuses to know who
// sends them and when.

import { Buffer } from "node:buffer";
import { nameIn, type Publication, type Qos, type UpMessage } from "./message.ts";
import { NAMES_MAX, type NameTable } from "./names.ts";

/** The bytes are no message of this mapping, or name a topic that was never announced. */
export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** In the top three bits of byte 0. */
const KINDS = ["publish", "hello", "subscribe", "unsubscribe", "bye"] as const;

const RETAIN = 0x10;
const QOS_SHIFT = 2;
const HAS_WILL = 0x02;
const IS_FRESH = 0x01;
/** The text of this number follows, and is to be kept. */
const ANNOUNCES = 0x80;
/** The text follows, and has no number. */
const UNNUMBERED = NAMES_MAX;
const LONGEST_TEXT = 255;
const HEAD_BYTES = 2;

/** As long as it is while its name has no number; infinite when a text is too long to be sent at all. */
export function upBytesOf(message: UpMessage): number {
  const name = nameIn(message);
  switch (message.kind) {
    case "publish":
      return HEAD_BYTES + nameBytesOf(name) + message.payload.length;
    case "hello":
      return (
        HEAD_BYTES + textBytesOf(message.clientId) + nameBytesOf(name) + (message.will?.payload.length ?? 0)
      );
    case "subscribe":
    case "unsubscribe":
    case "bye":
      return HEAD_BYTES + nameBytesOf(name);
  }
}

/**
 * Names that the other end is known to have are sent as their numbers; the others in full, each time until `names` agrees.
 * `number` is 0 to 255.
 */
export function encodeUp(message: UpMessage, number: number, names: NameTable): Uint8Array {
  return Buffer.concat([Buffer.of(headOf(message), number), ...bodyOf(message, names)]);
}

/** Throws `MappingError`. Learns the names that are announced. */
export function decodeUp(
  bytes: Uint8Array,
  names: NameTable,
): { readonly number: number; readonly message: UpMessage } {
  const reader = new Reader(bytes);
  const head = reader.byte();
  const number = reader.byte();
  return { number, message: decodeBody(head, reader, names) };
}

/** The topic goes in full: a message may wait on shore for longer than the modem keeps its names. Null: it is too long. */
export function encodeDown({ topic, payload, qos, retain }: Publication): Uint8Array | null {
  if (!Number.isFinite(textBytesOf(topic))) return null;
  return Buffer.concat([Buffer.of(flagsOf(qos, retain)), lengthAnd(topic), payload]);
}

/** Throws `MappingError`. */
export function decodeDown(bytes: Uint8Array): Publication {
  const reader = new Reader(bytes);
  const head = reader.byte();
  return { topic: reader.text(), payload: reader.rest(), qos: qosIn(head), retain: (head & RETAIN) !== 0 };
}

function nameBytesOf(name: string | null): number {
  return name === null ? 0 : 1 + textBytesOf(name);
}

function textBytesOf(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes > LONGEST_TEXT ? Number.POSITIVE_INFINITY : 1 + bytes;
}

function headOf(message: UpMessage): number {
  const kind = KINDS.indexOf(message.kind) << 5;
  switch (message.kind) {
    case "publish":
      return kind | flagsOf(message.qos, message.retain);
    case "hello": {
      const will = message.will === null ? 0 : HAS_WILL | flagsOf(message.will.qos, message.will.retain);
      return kind | will | (message.isFresh ? IS_FRESH : 0);
    }
    case "subscribe":
      return kind | flagsOf(message.qos, false);
    case "unsubscribe":
    case "bye":
      return kind;
  }
}

function flagsOf(qos: Qos, retain: boolean): number {
  return (qos << QOS_SHIFT) | (retain ? RETAIN : 0);
}

function bodyOf(message: UpMessage, names: NameTable): readonly Uint8Array[] {
  switch (message.kind) {
    case "publish":
      return [nameBytes(message.topic, names), message.payload];
    case "hello": {
      if (message.isFresh) names.clear();
      const id = lengthAnd(message.clientId);
      return message.will === null ? [id] : [id, nameBytes(message.will.topic, names), message.will.payload];
    }
    case "subscribe":
    case "unsubscribe":
      return [nameBytes(message.filter, names)];
    case "bye":
      return [];
  }
}

function nameBytes(text: string, names: NameTable): Uint8Array {
  const index = names.assign(text);
  if (index === null) return Buffer.concat([Buffer.of(UNNUMBERED), lengthAnd(text)]);
  if (names.isAgreed(text)) return Buffer.of(index);
  return Buffer.concat([Buffer.of(ANNOUNCES | index), lengthAnd(text)]);
}

function lengthAnd(text: string): Uint8Array {
  return Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
}

function decodeBody(head: number, reader: Reader, names: NameTable): UpMessage {
  const kind = KINDS[head >> 5];
  switch (kind) {
    case "publish":
      return { kind, ...decodePublication(head, reader, names) };
    case "hello": {
      const isFresh = (head & IS_FRESH) !== 0;
      if (isFresh) names.clear();
      const clientId = reader.text();
      const will = (head & HAS_WILL) === 0 ? null : decodePublication(head, reader, names);
      return { kind, isFresh, clientId, will };
    }
    case "subscribe":
      return { kind, filter: decodeName(reader, names), qos: qosIn(head) };
    case "unsubscribe":
      return { kind, filter: decodeName(reader, names) };
    case "bye":
      return { kind };
    default:
      throw new MappingError(`no message begins with the byte ${head}`);
  }
}

function decodePublication(head: number, reader: Reader, names: NameTable): Publication {
  const topic = decodeName(reader, names);
  return { topic, payload: reader.rest(), qos: qosIn(head), retain: (head & RETAIN) !== 0 };
}

function decodeName(reader: Reader, names: NameTable): string {
  const reference = reader.byte();
  if (reference === UNNUMBERED) return reader.text();
  if ((reference & ANNOUNCES) !== 0) {
    const text = reader.text();
    names.learn(reference & ~ANNOUNCES, text);
    return text;
  }
  const text = names.textAt(reference);
  if (text === undefined) throw new MappingError(`the name ${reference} was never announced`);
  return text;
}

function qosIn(head: number): Qos {
  const qos = (head >> QOS_SHIFT) & 3;
  if (qos === 3) throw new MappingError("there is no QoS 3");
  return qos as Qos;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(): number {
    return this.#take(1)[0] as number;
  }

  text(): string {
    return this.#take(this.byte()).toString("utf8");
  }

  rest(): Uint8Array {
    return this.#take(this.#bytes.length - this.#at);
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new MappingError("the message ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
