// Owns properties of MQTT 5 as a broker or a caller may write them: mostly those that the packet has, mostly with values that they
// may have. Knows nothing of what they do.
import type { RandomStream } from "../../host-sim/random/random.ts";

type Shape = "flag" | "u16" | "u32" | "varint" | "text" | "pair";
/** A property's id, its shape, and the types of packets that have it, whoever sends them; 0 is a will. */
type Row = readonly [id: number, shape: Shape, packets: readonly number[]];

const ANY: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15];

const ROWS: readonly Row[] = [
  [0x01, "flag", [0, 3]],
  [0x02, "u32", [0, 3]],
  [0x03, "text", [0, 3]],
  [0x08, "text", [0, 3]],
  [0x09, "text", [0, 3]],
  [0x0b, "varint", [3, 8]],
  [0x11, "u32", [1, 2, 14]],
  [0x12, "text", [2]],
  [0x13, "u16", [2]],
  [0x15, "text", []], // METHOD, but for strays
  [0x16, "text", [15]],
  [0x17, "flag", [1]],
  [0x18, "u32", [0]],
  [0x19, "flag", [1]],
  [0x1a, "text", [2]],
  [0x1c, "text", [2, 14]],
  [0x1f, "text", [2, 4, 5, 6, 7, 9, 11, 14, 15]],
  [0x21, "u16", [1, 2]],
  [0x22, "u16", [1, 2]],
  [0x23, "u16", []], // as the peer is allowed, but for strays
  [0x24, "flag", [2]],
  [0x25, "flag", [2]],
  [0x26, "pair", ANY],
  [0x27, "u32", [1, 2]],
  [0x28, "flag", [2]],
  [0x29, "flag", [2]],
  [0x2a, "flag", [2]],
];

/** Of the authentication that both sides know. */
export const METHOD = Buffer.from([0x15, 0, 1, 0x4d]);
const SMALL: readonly number[] = [1, 1, 2, 3, 4, 10];
const WORDS: readonly number[] = [0, 1, 5, 60, 255, 256, 65535];
const LONGS: readonly number[] = [0, 1, 2, 30, 60, 128, 1000, 20_000, 86_400, 0x7fffffff, 0xffffffff];
const VARINTS: readonly string[] = ["01", "02", "7f", "8001", "ff7f", "ffffff7f"];
const BAD_VARINTS: readonly string[] = ["00", "8000", "ffffffff7f", "80"];
const TEXTS: readonly string[] = ["a", "M", "b/c", "é/ü", "why", "x".repeat(40), "x".repeat(130)];
const BAD_TEXTS: readonly string[] = ["", "#", "\0"];

function text(random: RandomStream): Buffer {
  const kind = random.unit();
  const good = Buffer.from(random.pick(kind < 0.01 ? BAD_TEXTS : TEXTS));
  const body = kind > 0.99 ? Buffer.from([0xc3, 0x28]) : good;
  return Buffer.concat([Buffer.from([body.length >> 8, body.length & 255]), body]);
}

function value(random: RandomStream, shape: Shape): Buffer {
  if (shape === "flag") return Buffer.from([random.chance(0.02) ? 2 : random.pick([0, 1])]);
  if (shape === "varint") return Buffer.from(random.pick(random.chance(0.02) ? BAD_VARINTS : VARINTS), "hex");
  if (shape === "text") return text(random);
  if (shape === "pair") return Buffer.concat([text(random), text(random)]);
  const number = random.pick(shape === "u32" ? LONGS : random.chance(0.7) ? SMALL : WORDS);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return shape === "u32" ? bytes : bytes.subarray(2);
}

/** A property with its id, mostly one that packets of this type have. */
function property(random: RandomStream, type: number): Buffer {
  const known = ROWS.filter(([, , packets]) => packets.includes(type));
  const [id, shape] = random.pick(random.chance(0.01) || known.length === 0 ? ROWS : known);
  return Buffer.concat([Buffer.from([id]), value(random, shape)]);
}

/** Properties for a packet of this type without their length: none, one or a few, seldom one of them twice. */
export function randomProperties(random: RandomStream, type: number): Buffer {
  const count = random.pick([0, 0, 1, 1, 2, 4]);
  const drawn = Array.from({ length: count }, () => property(random, type));
  const isTwice = random.chance(0.03);
  const byId = new Map(drawn.map((one) => [one[0], one]));
  return Buffer.concat(isTwice ? drawn : [...byId.values()]);
}

/** With their length, which is seldom a lie. */
export function withLength(properties: Buffer, random: RandomStream): Buffer {
  const length = Math.max(0, properties.length + (random.chance(0.01) ? random.pick([-1, 1, 200]) : 0));
  const digits = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from(digits), properties]);
}

/** Bytes of the properties at the front with their length; all there are when the length lies. */
export function propertiesBytes(bytes: Buffer): number {
  let length = 0;
  for (let i = 0; i < 4 && i < bytes.length; i++) {
    const byte = bytes[i] as number;
    length += (byte & 127) << (7 * i);
    if (byte < 128) return Math.min(bytes.length, i + 1 + length);
  }
  return bytes.length;
}
