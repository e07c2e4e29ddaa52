// Owns how the properties of an event become an object with MQTT.js's names. Reads them where the client keeps them; knows nothing
// of what they mean.

import type { Core } from "../../device/core.ts";
import { type Content, PROPERTIES, type Properties, type PropertyName, type Row } from "./table.ts";

const ROWS: ReadonlyMap<number, readonly [PropertyName, Row]> = new Map(
  Object.entries(PROPERTIES).map(([name, row]) => [row.id, [name as PropertyName, row]]),
);

type Value = number | boolean | string | Buffer;
type Several = Value | Value[] | Record<string, string | string[]>;

/** The properties of the event that `poll` has just answered, with bytes of their own; null when it has none. */
export function eventProperties(core: Core, block: number): Properties | null {
  const { exports } = core;
  let at = exports.nextProperty(block, 0);
  if (at === 0) return null;
  const properties: Record<string, Several> = {};
  for (; at !== 0; at = exports.nextProperty(block, at)) {
    const from = block + at;
    take(properties, core.bytes.subarray(from, from + exports.propertyLength(block, at)));
  }
  return properties;
}

/** What stands more than once becomes a list. */
function take(properties: Record<string, Several>, bytes: Buffer): void {
  const known = ROWS.get(bytes.readUInt8(0));
  if (known === undefined) return;
  const [name, { content }] = known;
  if (content.is === "pairs") {
    takePair(properties, name, bytes);
    return;
  }
  properties[name] = joined(properties[name] as Value | Value[] | undefined, contentOf(content, bytes));
}

function joined<One>(before: One | One[] | undefined, value: One): One | One[] {
  if (before === undefined) return value;
  return Array.isArray(before) ? [...before, value] : [before, value];
}

function takePair(properties: Record<string, Several>, property: PropertyName, bytes: Buffer): void {
  const end = 3 + bytes.readUInt16BE(1);
  const pairs = (properties[property] ?? {}) as Record<string, string | string[]>;
  properties[property] = pairs;
  const name = bytes.toString("utf8", 3, end);
  const before = Object.hasOwn(pairs, name) ? pairs[name] : undefined;
  // Defined, for a name such as __proto__ is as good as any.
  const value = joined(before, bytes.toString("utf8", end + 2));
  Object.defineProperty(pairs, name, { value, writable: true, enumerable: true, configurable: true });
}

function contentOf(content: Content, bytes: Buffer): Value {
  switch (content.is) {
    case "flag":
      return bytes.readUInt8(1) === 1;
    case "number":
      return content.bytes === 0 ? varint(bytes.subarray(1)) : bytes.readUIntBE(1, content.bytes);
    case "binary":
      return Buffer.from(bytes.subarray(3));
    default:
      return bytes.toString("utf8", 3);
  }
}

function varint(bytes: Buffer): number {
  return bytes.reduce((value, byte, place) => value + (byte & 127) * 128 ** place, 0);
}
