// Owns how properties that a program names become the bytes that the client takes, written by the client's own writers; and the
// words for a property that it would refuse. Knows no packet but by its type.

import type { Core } from "../../device/core.ts";
import { nearestName } from "../../words/nearest.ts";
import { PropertyError } from "../errors.ts";
import {
  type Content,
  namesFor,
  type PacketType,
  PROPERTIES,
  type Properties,
  type PropertyName,
  packetName,
  type Row,
} from "./table.ts";

const MOST_TEXT_BYTES = 65_535;
/** As long as the client's texts, which hold some of them, and a message's share of the outbox. */
const MOST_BYTES = 65_535;
const NOT_TEXT = /[\p{Surrogate}\0]/u;

/** The bytes of properties for this packet, without their length. Throws a `PropertyError`. `where` goes before each name. */
export function encodeProperties(
  core: Core,
  type: PacketType,
  properties: Properties,
  where = "properties.",
): Buffer {
  const parts = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => encodeOne(core, rowOf(name, type, where), value, `${where}${name}`));
  const bytes = Buffer.concat(parts);
  if (bytes.length > MOST_BYTES) {
    throw new PropertyError(
      `${where.replace(/\.$/, "")} take ${bytes.length} bytes; accepted: up to ${MOST_BYTES}`,
    );
  }
  return bytes;
}

/** Throws a `PropertyError` for what may not stand in this packet, or is not what it should be. */
export function checkProperty(type: PacketType, name: string, value: unknown, where = "properties."): void {
  check(rowOf(name, type, where).content, value, `${where}${name}`);
}

function rowOf(name: string, type: PacketType, where: string): Row {
  const accepted = namesFor(type);
  if (Object.hasOwn(PROPERTIES, name)) {
    const row = PROPERTIES[name as PropertyName];
    if (row.packets.includes(type)) return row;
    throw new PropertyError(
      `${where}${name} does not stand in ${packetName(type)}; accepted: ${accepted.join(", ")}`,
    );
  }
  const nearest = nearestName(name, accepted);
  const hint = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  throw new PropertyError(
    `there is no property ${where}${name}${hint}; accepted in ${packetName(type)}: ${accepted.join(", ")}`,
  );
}

function encodeOne(core: Core, { id, content }: Row, value: unknown, name: string): Buffer {
  check(content, value, name);
  switch (content.is) {
    case "flag":
    case "number":
      return written(core, name, (to, room) => core.exports.writeNumber(to, room, id, Number(value)));
    case "pairs":
      return Buffer.concat(pairsOf(value as object).map(([key, text]) => writePair(core, name, key, text)));
    default: {
      const length = core.put(core.inbox, Buffer.from(value as string));
      return written(core, name, (to, room) => core.exports.writeBytes(to, room, id, core.inbox, length));
    }
  }
}

function writePair(core: Core, name: string, key: string, text: string): Buffer {
  const keyLength = core.put(core.inbox, key);
  const textAt = core.inbox + keyLength;
  const textLength = core.put(textAt, text);
  return written(core, name, (to, room) =>
    core.exports.writePair(to, room, core.inbox, keyLength, textAt, textLength),
  );
}

/** Writes where bytes to send are only while the port collects them. */
function written(
  { bytes, outbox, scratchBytes }: Core,
  name: string,
  write: (to: number, room: number) => number,
): Buffer {
  const length = write(outbox, scratchBytes);
  if (length < 0) throw new PropertyError(`${name} cannot be sent: status ${length}`);
  return Buffer.from(bytes.subarray(outbox, outbox + length));
}

function check(content: Content, value: unknown, name: string): void {
  const accepted = acceptedBy(content, value);
  if (accepted !== null) throw new PropertyError(`${name} must be ${accepted}`);
}

/** What would be accepted in place of `value`; null when it is. */
function acceptedBy(content: Content, value: unknown): string | null {
  switch (content.is) {
    case "flag":
      return [true, false, 0, 1].includes(value as boolean) ? null : "true or false";
    case "number": {
      const { least, most } = content;
      const isOne = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
      return isOne ? null : `a whole number from ${least} to ${most}`;
    }
    case "text":
      return isText(value) ? null : `a text without U+0000, of at most ${MOST_TEXT_BYTES} bytes`;
    case "topic":
      return isText(value) && /^[^+#]+$/.test(value) ? null : "a topic without + or #";
    case "binary":
      return isBinary(value) ? null : `a text or bytes, at most ${MOST_TEXT_BYTES}`;
    case "pairs":
      return arePairs(value) ? null : "an object of names with a text each, or a list of texts";
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !NOT_TEXT.test(value) && Buffer.byteLength(value) <= MOST_TEXT_BYTES;
}

function isBinary(value: unknown): boolean {
  if (typeof value === "string") return Buffer.byteLength(value) <= MOST_TEXT_BYTES;
  return value instanceof Uint8Array && value.length <= MOST_TEXT_BYTES;
}

function arePairs(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return pairsOf(value).every((pair) => pair.every(isText));
}

/** A name with a list of texts stands as often as the list is long. */
function pairsOf(value: object): readonly (readonly [name: string, text: string])[] {
  return Object.entries(value).flatMap(([name, texts]) =>
    (Array.isArray(texts) ? texts : [texts]).map((text) => [name, text as string] as const),
  );
}
